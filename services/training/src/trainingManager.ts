import type { Device, ExecutorName } from '@oblique/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { readNpz } from '@oblique/arrays';
import {
  canonicalJson,
  parseDigest,
  parseJson,
  RecordCorruptError,
  sha256,
  type ArtifactStore,
  type Json,
} from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import type { DataAccess } from '@oblique/datasets';
import {
  countDeath,
  MOST_DEATHS_IN_PLACE,
  ServiceError,
  thisOwner,
  type CallContext,
} from '@oblique/service';
import { Slots } from '@oblique/workflow';
import { ActiveTraining } from './activeTraining.js';
import { checkPlan } from './checkPlan.js';
import type { Logger } from './logger.js';
import { readMetricsArchive } from './metricsArchive.js';
import { VERSION } from './provenance.js';
import { readTrainingSpec } from './readTrainingSpec.js';
import { runTraining, TrainingFailedError } from './runTraining.js';
import { getSnapshot } from './snapshot.js';
import {
  hasEnded,
  TrainingState,
  type Metrics,
  type Training,
  type TrainingSpec,
} from './trainingMessage.js';
import type { TrainingPlan } from './trainingPlan.js';
import { interrupted, TrainingRecords, type SavedTraining, type StoredTraining } from './trainingRecords.js';

/** How often a training of another service is looked up while it is watched. */
const POLL_MS = 1000;

type WatchEvent = NonNullable<trainingV1.WatchTrainingResponse['event']>;

export interface TrainingManagerOptions {
  readonly store: ArtifactStore;
  readonly device: Device;
  readonly executor: ExecutorName;
  /** Its name and version; others give other bits. */
  readonly executorVersion: string;
  /** Trainings that run at once. */
  readonly concurrent: number;
  /** Cores that each of them uses. */
  readonly threads: number;
  readonly snapshotSeconds: number;
  readonly log: Logger;
}

/** Starts trainings, goes on with them and knows how they stand. */
export class TrainingManager {
  readonly #options: TrainingManagerOptions;
  readonly #records: TrainingRecords;
  readonly #slots: Slots;
  readonly #active = new Map<string, { active: ActiveTraining; over: Promise<void> }>();
  #stopping = false;

  constructor(options: TrainingManagerOptions) {
    this.#options = options;
    this.#records = new TrainingRecords(options.store, thisOwner());
    this.#slots = new Slots(options.concurrent);
  }

  /**
   * Starts a training, which then goes on by itself; joins it where it goes on already, and gives it as it is where it
   * has succeeded.
   * @throws ServiceError naming the fields that are wrong.
   */
  async start(
    spec: TrainingSpec | undefined,
    label: string,
    { signal, access }: Pick<CallContext, 'signal' | 'access'>,
  ): Promise<Training> {
    const plan = readTrainingSpec(spec);
    const basis = this.#basisOf(plan);
    const id = hashOf({ basis, data: await checkPlan(plan, this.#options.store, signal, access) });
    const known = this.#active.get(id)?.active.training;
    if (known !== undefined) return known;
    const stored = await this.#records.find(id).catch((error: unknown) => {
      // One whose record cannot be read is begun anew, to the same bits.
      if (error instanceof RecordCorruptError) return undefined;
      throw error;
    });
    if (stored !== undefined && (!hasEnded(stored.training) || (await this.#isDone(stored.training))))
      return stored.training;
    const training = stored?.training ?? newTraining(id, label, spec);
    const saved = {
      training: { ...training, label: label || training.label },
      resumePoint: stored?.resumePoint,
      basis,
    };
    return this.#go(plan, saved, access);
  }

  /** Stops a training and gives how it then stands; one that has ended stays as it is. */
  async cancel(id: string, signal: AbortSignal): Promise<Training> {
    const mine = this.#active.get(id)?.active;
    if (mine !== undefined) {
      mine.abort('cancelled');
      return mine.ended(signal);
    }
    const { orphaned, ...stored } = await this.#stored(id);
    const { training } = stored;
    if (!hasEnded(training)) {
      throw new ServiceError(
        'UNAVAILABLE',
        `Training ${id} goes on in another training service over the same store: cancel it there.`,
      );
    }
    if (orphaned) await this.#records.save(stored);
    return training;
  }

  /** @throws ServiceError UNKNOWN_TRAINING */
  async get(id: string): Promise<{ training: Training; metrics: readonly Metrics[] }> {
    const mine = this.#active.get(id)?.active;
    if (mine !== undefined) return { training: mine.training, metrics: mine.metrics };
    const stored = await this.#stored(id);
    return { training: stored.training, metrics: await this.#metricsOf(stored) };
  }

  /** All trainings, newest first, and the records that cannot be read. */
  async list(): Promise<trainingV1.ListTrainingsResponse> {
    const { stored, broken } = await this.#records.list();
    const trainings = stored.map(
      ({ training }) => this.#active.get(training.id)?.active.training ?? training,
    );
    return { trainings, broken };
  }

  /** What happened so far, then what happens, until the training has ended. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    let sent = 0;
    let checkpoints = 0;
    for (;;) {
      const mine = this.#active.get(id)?.active;
      const { training, metrics } = await this.get(id);
      for (const value of metrics.slice(sent)) {
        yield { $case: 'metrics', value };
        sent += 1;
      }
      for (const value of training.checkpoints.slice(checkpoints)) {
        yield { $case: 'checkpoint', value };
        checkpoints += 1;
      }
      if (hasEnded(training)) {
        yield { $case: 'ended', value: training };
        return;
      }
      if (mine?.progress !== undefined) yield { $case: 'progress', value: mine.progress };
      if (mine === undefined) await delay(POLL_MS, undefined, { signal });
      else if (mine.training === training) await mine.changed(signal);
    }
  }

  /** Goes on with trainings whose process died; those with which it cannot are told in the log. */
  async recover(): Promise<void> {
    const { stored: all, broken } = await this.#records.list();
    for (const { name, reason } of broken)
      this.#options.log.warn({ training: name, reason }, 'a training cannot be read');
    for (const stored of all) {
      if (!stored.orphaned) continue;
      const { training } = stored;
      const deaths = await countDeath(this.#options.store, training.id, stored.resumePoint?.step ?? 0);
      if (deaths > MOST_DEATHS_IN_PLACE) {
        await this.#records.save({ ...stored, training: killing(training, deaths) });
        continue;
      }
      try {
        const plan = readTrainingSpec(training.spec);
        if (this.#basisOf(plan) === stored.basis) this.#go(plan, stored, undefined);
      } catch (error) {
        this.#options.log.warn({ err: error, training: training.id }, 'a training could not be resumed');
      }
    }
  }

  /** Ends everything that goes on; the next service over this store goes on with it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#active.values()];
    for (const { active } of running) active.abort('stopping');
    await Promise.all(running.map(({ over }) => over));
  }

  /** What must be the same for a training to go on to the same bits. */
  #basisOf(plan: TrainingPlan): string {
    const { device, executorVersion: executor, threads } = this.#options;
    return hashOf(parseJson(JSON.stringify({ version: VERSION, device, executor, threads, plan })));
  }

  async #stored(id: string): Promise<StoredTraining> {
    const stored = await this.#records.find(id);
    if (stored !== undefined) return stored;
    throw new ServiceError(
      'UNKNOWN_TRAINING',
      `There is no training ${JSON.stringify(id)}; list the trainings to see those there are.`,
      { field: 'id' },
    );
  }

  /** Whether it has succeeded, and everything that it gave is there and whole. */
  async #isDone({ state, result, checkpoints }: Training): Promise<boolean> {
    if (state !== TrainingState.TRAINING_STATE_SUCCEEDED || result === undefined) return false;
    const { model, metrics, observations, linearLearning } = result;
    const refs = [model, metrics, observations, linearLearning, ...checkpoints.map((kept) => kept.model)];
    for (const ref of refs)
      if (ref !== undefined && !(await this.#options.store.isWhole(parseDigest(ref.digest)))) return false;
    return true;
  }

  async #metricsOf({ training, resumePoint }: StoredTraining): Promise<readonly Metrics[]> {
    const { store } = this.#options;
    const archive = training.result?.metrics;
    if (archive !== undefined)
      return readMetricsArchive(readNpz(await store.get(parseDigest(archive.digest)))).metrics;
    if (resumePoint === undefined || !(await store.has(resumePoint.snapshot.digest))) return [];
    return readMetricsArchive((await getSnapshot(store, resumePoint.snapshot)).metrics).metrics;
  }

  #go(
    plan: TrainingPlan,
    { training, resumePoint, basis }: SavedTraining,
    access: DataAccess | undefined,
  ): Training {
    if (this.#stopping)
      throw new ServiceError('UNAVAILABLE', 'The training service is stopping; start it a little later.');
    const known = this.#active.get(training.id)?.active.training;
    if (known !== undefined) return known;
    const { store, log } = this.#options;
    const queued: Training = {
      ...training,
      state: TrainingState.TRAINING_STATE_QUEUED,
      result: undefined,
      failure: '',
    };
    const saved = { training: queued, resumePoint, basis };
    const active = new ActiveTraining(saved, stageOf(queued), store, this.#records, log);
    const over = this.#work(active, plan, access).finally(() => this.#active.delete(training.id));
    this.#active.set(training.id, { active, over });
    return queued;
  }

  async #work(active: ActiveTraining, plan: TrainingPlan, access: DataAccess | undefined): Promise<void> {
    const { store, log, device, executor, threads, snapshotSeconds } = this.#options;
    const { id } = active.training;
    await active.save();
    let failure = '';
    try {
      await this.#slots.use(active.signal, async () => {
        log.info({ training: id, step: active.resumePoint?.step ?? 0 }, 'training runs');
        const { resumePoint } = active;
        await runTraining(
          {
            id,
            plan,
            access,
            resumePoint,
            storeLocation: store.location,
            device,
            executor,
            threads,
            snapshotSeconds,
          },
          (event) => active.hear(event),
          active.signal,
        );
      });
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      if (!active.signal.aborted)
        log[error instanceof TrainingFailedError ? 'warn' : 'error'](
          { training: id, err: error },
          'training failed',
        );
    }
    const { training, signal } = active;
    // One that is stopped with its service counts as going on in the store, so that the next service goes on with it.
    if (training.result === undefined && signal.reason === 'stopping')
      await active.leave(interrupted(training));
    else await active.end(stateAtEnd(active, failure));
    log.info(
      { training: id, state: trainingV1.trainingStateToJSON(active.training.state) },
      'training ended',
    );
  }
}

function stateAtEnd({ training, signal }: ActiveTraining, failure: string): Training {
  if (training.result !== undefined) return { ...training, state: TrainingState.TRAINING_STATE_SUCCEEDED };
  if (!signal.aborted) return { ...training, state: TrainingState.TRAINING_STATE_FAILED, failure };
  return { ...training, state: TrainingState.TRAINING_STATE_CANCELLED };
}

function hashOf(value: Json): string {
  return sha256(new TextEncoder().encode(canonicalJson(value))).slice('sha256:'.length);
}

function newTraining(id: string, label: string, spec: TrainingSpec | undefined): Training {
  return {
    id,
    label,
    spec,
    state: TrainingState.TRAINING_STATE_QUEUED,
    startedAt: new Date().toISOString(),
    step: 0,
    totalSteps: 0,
    checkpoints: [],
    result: undefined,
    failure: '',
    skipped: undefined,
  };
}

function stageOf({ id, label }: Training): string {
  return `training ${label || id.slice(0, 12)}`;
}

/** A training during which its service died again and again. */
function killing(training: Training, deaths: number): Training {
  return {
    ...training,
    state: TrainingState.TRAINING_STATE_FAILED,
    failure:
      `The training service died ${deaths} times while this was at step ${training.step}, so it is not gone on with by ` +
      'itself. The log of the service says why; where memory ran out, take smaller batches or a smaller network.',
  };
}
