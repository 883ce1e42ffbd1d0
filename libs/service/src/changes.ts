/** Lets those who watch something wait for its next change. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Something has changed: everybody who waits goes on. */
  announce(): void {
    for (const tell of [...this.#waiting]) tell();
  }

  /** Waits for the next change. @throws signal.reason where it is aborted first. */
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', settle);
        resolve();
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', settle, { once: true });
    });
    signal.throwIfAborted();
  }
}
