import { setTimeout as delay } from 'node:timers/promises';
import { Changes, HEARTBEAT_MS } from '@oblique/service';
import type { Logger } from './logger.js';
import { hasEnded, State, type Run } from './runMessage.js';
import type { RunRecords } from './runRecords.js';

/** How often changes are written down and sent at most. */
const SAVE_EVERY_MS = 500;
const SEND_EVERY_MS = 100;

/** Why a run was aborted, which decides what becomes of it. */
export type AbortReason = 'cancelled' | 'stopping';

/** A run that goes on in this process: its newest state is kept, written down and told to those who watch. */
export class ActiveRun {
  readonly #controller = new AbortController();
  readonly #changes = new Changes();
  #run: Run;
  #savedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    run: Run,
    private readonly records: RunRecords,
    private readonly log: Logger,
  ) {
    this.#run = run;
    this.#heartbeat = setInterval(() => {
      this.#save();
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get run(): Run {
    return this.#run;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: AbortReason): void {
    this.#controller.abort(reason);
  }

  update(run: Run): void {
    this.#run = run;
    this.#changes.announce();
    this.#timer ??= setTimeout(
      () => {
        this.#save();
      },
      Math.max(0, this.#savedAtMs + SAVE_EVERY_MS - performance.now()),
    );
  }

  /**
   * The last state: written down before anybody hears of it. One that only stops with its process stays in the store as
   * going on, so that the next process finds it left behind.
   */
  async end(run: Run): Promise<void> {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    await this.#saving;
    try {
      await this.records.save(run.state === State.STATE_INTERRUPTED ? this.#run : run);
    } catch (error) {
      this.log.error({ err: error, run: run.id }, 'the end of a run could not be written down');
    }
    this.#run = run;
    this.#changes.announce();
  }

  /** The state now and every later one, until the run has ended; states that follow closely are skipped. */
  async *watch(signal: AbortSignal): AsyncGenerator<Run, void> {
    for (;;) {
      const sent = this.#run;
      yield sent;
      if (hasEnded(sent)) return;
      if (this.#run === sent) await this.#changes.next(signal);
      if (!hasEnded(this.#run)) await delay(SEND_EVERY_MS, undefined, { signal });
    }
  }

  /** Waits until the run has ended. @throws signal.reason where it is aborted first. */
  async ended(signal: AbortSignal): Promise<Run> {
    while (!hasEnded(this.#run)) await this.#changes.next(signal);
    return this.#run;
  }

  #save(): void {
    this.#timer = undefined;
    this.#savedAtMs = performance.now();
    this.#saving = this.#saving
      .then(() => this.records.save(this.#run))
      .catch((error: unknown) => {
        this.log.error({ err: error, run: this.#run.id }, 'a run could not be written down');
      });
  }
}
