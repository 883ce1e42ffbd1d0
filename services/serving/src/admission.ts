import { FairQueue, type Waiting } from '@oblique/runtime';
import { Changes, ServiceError } from '@oblique/service';

/** What a stimulus is thought to take on a worker before any of its kind was measured. */
const UNKNOWN_MS = 50;

/** Estimates are wrong by some: a measurement is refused for its deadline where this share of them is too much. */
const CERTAINTY = 0.7;

/** Kinds of measurements whose times are remembered, the newest. */
const MAXIMUM_KINDS = 1000;

export interface AdmissionOptions {
  /** Measurements that run at a time; of one client half of them, rounded up. */
  readonly maximumRunning: number;
  /** Those that may wait, in all and of one client. */
  readonly maximumQueued: number;
  readonly maximumQueuedPerClient: number;
  /** Workers that share the work. */
  readonly workers: number;
}

/** What asks to be measured. */
export interface Asked {
  readonly client: string;
  /** Measurements of one kind take as long a stimulus: what is measured, on what. */
  readonly kind: string;
  readonly stimuli: number;
  readonly deadline: Date | undefined;
}

interface Entry extends Waiting {
  readonly asked: Asked;
  stimuliLeft: number;
  /** Among those that wait, from 1. */
  place: number;
  refusal: ServiceError | undefined;
}

/**
 * Lets a few measurements run at a time and the others wait, clients taking turns, short ones first. One that cannot be
 * done by its deadline, by what such stimuli took before, is refused when that shows, not when the time is over: of too
 * many, those that can be done are done.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #queue = new FairQueue<Entry>();
  readonly #running = new Set<Entry>();
  readonly #changes = new Changes();
  /** Milliseconds of a worker a stimulus, by kind. */
  readonly #rates = new Map<string, number>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Puts a measurement into the queue; it runs at once where it can.
   * @throws ServiceError OVERLOADED where too many wait, or DEADLINE_EXCEEDED where it takes too long by itself.
   */
  ask(asked: Asked): Admitted {
    const cost = asked.stimuli * this.#rateOf(asked);
    const entry: Entry = {
      flow: asked.client,
      cost,
      asked,
      stimuliLeft: asked.stimuli,
      place: 0,
      refusal: undefined,
    };
    const left = timeLeft(entry);
    const alone = (CERTAINTY * cost) / this.#options.workers;
    if (this.#rates.has(asked.kind) && alone > left) {
      throw new ServiceError(
        'DEADLINE_EXCEEDED',
        `${asked.stimuli} stimuli take about ${seconds(cost / this.#options.workers)}, and the deadline is in ${seconds(left)}. Give it more time, or measure fewer.`,
      );
    }
    this.#queue.add(entry);
    this.#settle();
    this.#refuseIfTooMany(entry);
    if (entry.refusal !== undefined) throw entry.refusal;
    return {
      places: (signal) => this.#places(entry, signal),
      done: (stimuli, milliseconds) => {
        entry.stimuliLeft = Math.max(0, entry.stimuliLeft - stimuli);
        this.#learn(asked.kind, milliseconds / stimuli);
      },
      end: () => {
        this.#queue.remove(entry);
        this.#running.delete(entry);
        this.#settle();
      },
    };
  }

  async *#places(entry: Entry, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    let told: number | undefined;
    while (!this.#running.has(entry)) {
      if (entry.refusal !== undefined) throw entry.refusal;
      if (entry.place === told) await this.#changes.next(signal);
      else yield (told = entry.place);
    }
  }

  /** Lets those run whose turn it is, and refuses those that wait in vain. */
  #settle(): void {
    const { maximumRunning } = this.#options;
    const perClient = Math.ceil(maximumRunning / 2);
    while (this.#running.size < maximumRunning) {
      const next = this.#queue.first(
        ({ flow }) => [...this.#running].filter((other) => other.flow === flow).length < perClient,
      );
      if (next === undefined) break;
      this.#queue.take(next);
      this.#running.add(next);
    }
    let aheadMs = this.#expectedMs(this.#running);
    let place = 0;
    for (const entry of this.#queue.inOrder()) {
      const withItMs = aheadMs + this.#expectedMs([entry]);
      if (CERTAINTY * withItMs <= timeLeft(entry)) {
        aheadMs = withItMs;
        entry.place = place += 1;
        continue;
      }
      this.#queue.remove(entry);
      entry.refusal = new ServiceError(
        'OVERLOADED',
        `So much waits before this measurement that it would be done in about ${seconds(withItMs)}, and its deadline is in ${seconds(timeLeft(entry))}. Repeat it later, or give it more time.`,
        { retryAfterMs: Math.ceil(aheadMs) },
      );
    }
    this.#changes.announce();
  }

  #refuseIfTooMany(entry: Entry): void {
    const waiting = this.#queue.items();
    const own = waiting.filter(({ flow }) => flow === entry.flow);
    const { maximumQueued, maximumQueuedPerClient } = this.#options;
    if (!waiting.includes(entry)) return;
    if (waiting.length <= maximumQueued && own.length <= maximumQueuedPerClient) return;
    this.#queue.remove(entry);
    const workMs = this.#expectedMs([...this.#running, ...waiting]);
    throw new ServiceError(
      'OVERLOADED',
      own.length > maximumQueuedPerClient
        ? `${maximumQueuedPerClient} measurements of this client wait already, as many as a client may have (--max-queued-measurements-per-client).`
        : `${maximumQueued} measurements wait already, as many as may (--max-queued-measurements).`,
      { retryAfterMs: Math.ceil(Math.max(1000, workMs / waiting.length)) },
    );
  }

  /** What the workers together are thought to take for them still, as far as that is known. */
  #expectedMs(entries: Iterable<Entry>): number {
    const work = [...entries].map(({ asked, stimuliLeft }) => stimuliLeft * this.#rateOf(asked, 0));
    return work.reduce((sum, milliseconds) => sum + milliseconds, 0) / this.#options.workers;
  }

  #learn(kind: string, rate: number): void {
    const isNew = !this.#rates.has(kind);
    this.#rates.delete(kind);
    this.#rates.set(kind, rate);
    const [oldest] = this.#rates.keys();
    if (oldest !== undefined && this.#rates.size > MAXIMUM_KINDS) this.#rates.delete(oldest);
    if (isNew) this.#settle();
  }

  #rateOf({ kind }: Asked, unknown = UNKNOWN_MS): number {
    return this.#rates.get(kind) ?? unknown;
  }
}

/** A measurement that waits or runs. */
export interface Admitted {
  /** Its places in the queue, each when it is told anew, until it may run. @throws ServiceError OVERLOADED */
  places(signal: AbortSignal): AsyncIterable<number>;
  /** Notes what a batch took on its worker. */
  done(stimuli: number, milliseconds: number): void;
  /** To be called at the end, however it ends. */
  end(): void;
}

function timeLeft({ asked: { deadline } }: Entry): number {
  return deadline === undefined ? Infinity : deadline.getTime() - Date.now();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
