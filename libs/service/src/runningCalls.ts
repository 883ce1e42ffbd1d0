/** The handlers that are at work, those among them whose clients have gone. */
export class RunningCalls {
  #running = 0;
  #idle: (() => void)[] = [];

  /** Counts a handler in; what it gives counts it out, once. */
  begin(): () => void {
    let running = true;
    this.#running += 1;
    return () => {
      if (!running) return;
      running = false;
      this.#running -= 1;
      if (this.#running === 0) for (const tell of this.#idle.splice(0)) tell();
    };
  }

  /** Resolves when no handler is at work. */
  async idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
