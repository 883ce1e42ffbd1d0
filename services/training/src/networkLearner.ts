import { type NdArray } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore } from '@oblique/artifacts';
import type { SkippedEntry } from '@oblique/datasets';
import { writeProgram } from '@oblique/onnx';
import type { Runtime, RuntimeInfo } from '@oblique/runtime';
import {
  deserialiseState,
  initialState,
  learningRateAt,
  serialiseState,
  Trainer,
  trainingStep,
  type TrainingStep,
} from '@oblique/training';
import { HeldOutExamples } from './heldOutExamples.js';
import type { Learner } from './learner.js';
import { readMetricsArchive, type HeldOutAccuracy } from './metricsArchive.js';
import { objectiveOf } from './objective.js';
import { Observer } from './observer.js';
import { provenanceOf } from './provenance.js';
import type { NetworkPlan } from './readNetworkTraining.js';
import { optimiserOf } from './readOptimiser.js';
import type { Snapshot } from './snapshot.js';
import { openStart } from './startNetwork.js';
import { stepsOf } from './stepSeries.js';
import type { TrainingContext } from './train.js';
import type { TrainingData } from './trainingData.js';
import type { TrainingJob } from './trainingJob.js';
import type { Checkpoint, Metrics, TrainingResult } from './trainingMessage.js';
import { weightsOf } from './weights.js';

const KIND = 'model.onnx';

interface Parts {
  readonly plan: NetworkPlan;
  readonly job: TrainingJob;
  readonly store: ArtifactStore;
  readonly data: TrainingData;
  readonly trainingStep: TrainingStep;
  readonly trainer: Trainer;
  readonly runtime: RuntimeInfo;
  readonly observer: Observer;
  /** Undefined where nothing is kept out, or nothing is right or wrong. */
  readonly heldOutExamples: HeldOutExamples | undefined;
  readonly totalSteps: number;
}

/** A network while it learns. */
export class NetworkLearner implements Learner {
  readonly totalSteps: number;
  readonly runtime: RuntimeInfo;
  readonly heldOut: HeldOutAccuracy[];
  readonly #parts: Parts;
  readonly #observed: ReadonlySet<number>;
  readonly #checkpoints: ReadonlySet<number>;

  private constructor(parts: Parts, heldOut: readonly HeldOutAccuracy[]) {
    const { plan, totalSteps } = parts;
    this.totalSteps = totalSteps;
    this.runtime = parts.runtime;
    this.heldOut = [...heldOut];
    this.#parts = parts;
    this.#observed = stepsOf(plan.observationSteps, totalSteps, 'spec.network.observation_steps');
    this.#checkpoints = stepsOf(plan.checkpoints, totalSteps, 'spec.network.checkpoints').add(totalSteps);
  }

  /** @throws DatasetError, RangeError, UnsupportedOperatorError: the message says what cannot be trained and why. */
  static async open(
    plan: NetworkPlan,
    job: TrainingJob,
    { store, runtime, stepRuntime }: TrainingContext,
    snapshot: Snapshot | undefined,
  ): Promise<NetworkLearner> {
    const { data, network, totalSteps } = await openStart(plan, store, job.access);
    try {
      const start = network();
      const front = data.front(start);
      const step = trainingStep(start, {
        loss: objectiveOf(plan.task, data).loss,
        optimiser: optimiserOf(plan.optimiser),
        batch: data.shapes(plan.batchSize),
        ...(front && { front }),
      });
      const state = snapshot === undefined ? initialState(step, plan.seed) : deserialiseState(snapshot.state);
      const trainer = await Trainer.start(stepRuntime, step, state);
      const observations = snapshot?.observations ?? new Map<string, NdArray>();
      const parts = {
        plan,
        job,
        store,
        data,
        runtime: stepRuntime.info,
        trainingStep: step,
        trainer,
        observer: new Observer(runtime, step.network, data.inputSizePixels, plan.observations, observations),
        heldOutExamples: heldOutExamples(plan, runtime, data, step, trainer),
        totalSteps,
      };
      return new NetworkLearner(parts, snapshot ? readMetricsArchive(snapshot.metrics).heldOut : []);
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  get observations(): ReadonlyMap<string, NdArray> {
    return this.#parts.observer.archive();
  }

  get skipped(): readonly SkippedEntry[] {
    return this.#parts.data.skipped;
  }

  async advance(step: number, tell: (metrics: Metrics) => void): Promise<number> {
    const { plan, data, trainer } = this.#parts;
    const learningRate = learningRateAt(plan.schedule, step, this.totalSteps);
    const { loss, metrics } = await trainer.step(await data.batch(step), learningRate);
    const done = step + 1;
    tell({ step: done, epoch: done / data.stepsPerEpoch, loss, accuracy: metrics['accuracy'], learningRate });
    return done;
  }

  async visit(step: number): Promise<Checkpoint | undefined> {
    const { observer, heldOutExamples, trainer, trainingStep: made } = this.#parts;
    if (this.#observed.has(step)) {
      const weights = weightsOf(trainer, made);
      await observer.observe(step, weights);
      if (heldOutExamples !== undefined)
        this.heldOut.push({ step, accuracy: await heldOutExamples.accuracy(weights) });
    }
    return this.#checkpoints.has(step) ? { step, model: await this.#putModel(step) } : undefined;
  }

  state(): Promise<Uint8Array> {
    return Promise.resolve(serialiseState(this.#parts.trainer.state));
  }

  async finish(): Promise<Pick<TrainingResult, 'model' | 'linearLearning'>> {
    return { model: await this.#putModel(this.totalSteps), linearLearning: undefined };
  }

  async close(): Promise<void> {
    await this.#parts.data.close();
  }

  #putModel(step: number): Promise<ArtifactRef> {
    const { store, trainer, job } = this.#parts;
    return store.put(KIND, writeProgram(trainer.network), provenanceOf(job, step));
  }
}

function heldOutExamples(
  { heldOutFraction }: NetworkPlan,
  runtime: Runtime,
  data: TrainingData,
  step: TrainingStep,
  trainer: Trainer,
): HeldOutExamples | undefined {
  if (heldOutFraction === 0 || data.classes === 0) return undefined;
  return new HeldOutExamples(runtime, data, step.network, [...weightsOf(trainer, step).keys()]);
}
