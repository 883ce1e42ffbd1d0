import { setTimeout as delay } from 'node:timers/promises';
import type { ArtifactStore } from '@oblique/artifacts';
import type { progressV1 } from '@oblique/contracts';
import { skippedMessage } from '@oblique/dataset-requests';
import { Changes, HEARTBEAT_MS } from '@oblique/service';
import { ProgressMeter } from '@oblique/workflow';
import type { Logger } from './logger.js';
import type { ResumePoint } from './resumePoint.js';
import type { TrainingEvent } from './trainingEvent.js';
import { hasEnded, TrainingState, type Metrics, type Training } from './trainingMessage.js';
import type { SavedTraining, TrainingRecords } from './trainingRecords.js';

/** Changes in closer succession are told together. */
const SEND_EVERY_MS = 100;

/** Why a training was aborted, which decides what becomes of it. */
export type AbortReason = 'cancelled' | 'stopping';

/** A training that waits or goes on in this process: its state is kept, written down and told to those who watch. */
export class ActiveTraining {
  readonly metrics: Metrics[] = [];
  readonly #controller = new AbortController();
  readonly #changes = new Changes();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #meter: ProgressMeter;
  readonly #basis: string;
  #training: Training;
  #resumePoint: ResumePoint | undefined;
  #progress: progressV1.Progress | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    saved: SavedTraining,
    stage: string,
    private readonly store: ArtifactStore,
    private readonly records: TrainingRecords,
    private readonly log: Logger,
  ) {
    this.#training = saved.training;
    this.#resumePoint = saved.resumePoint;
    this.#basis = saved.basis;
    this.#meter = new ProgressMeter(stage);
    this.#heartbeat = setInterval(() => void this.save(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get training(): Training {
    return this.#training;
  }

  get resumePoint(): ResumePoint | undefined {
    return this.#resumePoint;
  }

  /** Undefined while it waits. */
  get progress(): progressV1.Progress | undefined {
    return this.#progress;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: AbortReason): void {
    this.#controller.abort(reason);
  }

  /** Takes in what the training tells. */
  async hear(event: TrainingEvent): Promise<void> {
    switch (event.kind) {
      case 'begun': {
        const { step, totalSteps, history } = event;
        const skipped = skippedMessage(event.skipped);
        this.metrics.splice(0, this.metrics.length, ...history);
        const checkpoints = this.#training.checkpoints.filter((checkpoint) => checkpoint.step <= step);
        const state = TrainingState.TRAINING_STATE_RUNNING;
        this.#training = { ...this.#training, state, step, totalSteps, checkpoints, skipped };
        this.#measure();
        await this.save();
        return;
      }
      case 'stepped':
        this.metrics.push(event.metrics);
        this.#training = { ...this.#training, step: event.metrics.step };
        this.#measure();
        return;
      case 'checkpoint': {
        const checkpoints = [...this.#training.checkpoints, event.checkpoint];
        this.#training = { ...this.#training, checkpoints };
        this.#changes.announce();
        return;
      }
      case 'resumable':
        await this.#resumeFrom(event.resumePoint);
        return;
      case 'finished':
        this.#training = { ...this.#training, result: event.result, skipped: skippedMessage(event.skipped) };
    }
  }

  /** Writes down how it stands; what cannot be written now is written later: false. */
  async save(): Promise<boolean> {
    const saving = this.#saving.then(() =>
      this.records.save({ training: this.#training, resumePoint: this.#resumePoint, basis: this.#basis }),
    );
    this.#saving = saving.catch((error: unknown) => {
      this.log.error({ err: error, training: this.#training.id }, 'a training could not be written down');
    });
    return saving.then(
      () => true,
      () => false,
    );
  }

  /** The last state: written down before anybody hears of it. */
  async end(training: Training): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#training = training;
    if (training.result === undefined) await this.save();
    else await this.#resumeFrom(undefined);
    this.#changes.announce();
  }

  /** Leaves it as it is in the store, for another process; those who watch are told `training`. */
  async leave(training: Training): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.save();
    this.#training = training;
    this.#changes.announce();
  }

  /** Waits for a change, not for each of many in close succession. @throws signal.reason */
  async changed(signal: AbortSignal): Promise<void> {
    await this.#changes.next(signal);
    if (!hasEnded(this.#training)) await delay(SEND_EVERY_MS, undefined, { signal });
  }

  /** Waits until it has ended. @throws signal.reason where it is aborted first. */
  async ended(signal: AbortSignal): Promise<Training> {
    while (!hasEnded(this.#training)) await this.#changes.next(signal);
    return this.#training;
  }

  /** Writes the point down, and takes the snapshot out of the store that it replaces. */
  async #resumeFrom(point: ResumePoint | undefined): Promise<void> {
    const old = this.#resumePoint?.snapshot.digest;
    this.#resumePoint = point;
    // The record refers to the old one until it is written anew.
    if (!(await this.save()) || old === undefined || old === point?.snapshot.digest) return;
    try {
      await this.store.remove(old);
    } catch (error) {
      this.log.warn({ err: error, training: this.#training.id }, 'an old snapshot could not be removed');
    }
  }

  #measure(): void {
    const { step, totalSteps } = this.#training;
    const progress = this.#meter.report({ done: step, total: totalSteps, unit: 'steps' });
    this.#progress = { ...progress, secondsLeft: progress.secondsLeft };
    this.#changes.announce();
  }
}
