import { readNpy, writeNpz, type NdArray } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import { LinearTraining, readPrincipalComponents, type Patches } from '@oblique/linear-learning';
import type { RuntimeInfo } from '@oblique/runtime';
import type { Learner } from './learner.js';
import { provenanceOf } from './provenance.js';
import type { LinearPlan } from './readLinearTraining.js';
import type { Snapshot } from './snapshot.js';
import { stepsOf } from './stepSeries.js';
import type { TrainingContext } from './train.js';
import type { TrainingJob } from './trainingJob.js';
import type { Checkpoint, Metrics, TrainingResult } from './trainingMessage.js';

const KIND = 'linear-learning.npz';
/** Updates between two looks at the clock and at whether to stop. */
const UPDATES_AT_ONCE = 10;

/** A linear autoencoder while it learns. */
export class LinearLearner implements Learner {
  readonly totalSteps: number;
  readonly heldOut = [];
  readonly skipped = [];
  readonly observations: ReadonlyMap<string, NdArray> = new Map();
  readonly #plan: LinearPlan;
  readonly #job: TrainingJob;
  readonly #store: ArtifactStore;
  readonly #training: LinearTraining;
  readonly #recorded: ReadonlySet<number>;
  readonly #stepsPerEpoch: number;

  private constructor(
    plan: LinearPlan,
    job: TrainingJob,
    store: ArtifactStore,
    training: LinearTraining,
    patches: number,
    readonly runtime: RuntimeInfo,
  ) {
    const { steps, batchSize } = plan.learning;
    this.totalSteps = steps;
    this.#plan = plan;
    this.#job = job;
    this.#store = store;
    this.#training = training;
    this.#recorded = stepsOf(plan.recordedSteps, steps, 'spec.linear.recorded_steps');
    this.#stepsPerEpoch = Math.max(1, patches / batchSize);
  }

  /** @throws InvalidLinearLearningError, or where patches or components are not in the store. */
  static async open(
    plan: LinearPlan,
    job: TrainingJob,
    { store, runtime }: TrainingContext,
    snapshot: Snapshot | undefined,
  ): Promise<LinearLearner> {
    const patches = readPatches(readNpy(await store.get(plan.patches.digest)));
    const components = readPrincipalComponents(await store.get(plan.components.digest));
    const state = snapshot?.state;
    const training = await LinearTraining.start({ spec: plan.learning, patches, components, runtime, state });
    return new LinearLearner(plan, job, store, training, patches.shape[0] ?? 1, runtime.info);
  }

  async advance(step: number, tell: (metrics: Metrics) => void): Promise<number> {
    let until = step + 1;
    while (until < Math.min(step + UPDATES_AT_ONCE, this.totalSteps) && !this.#recorded.has(until))
      until += 1;
    const { learningRate } = this.#plan.learning;
    await this.#training.advance(until, {
      onUpdate: (done, loss) => {
        tell({ step: done, epoch: done / this.#stepsPerEpoch, loss, learningRate });
      },
    });
    return until;
  }

  async visit(step: number): Promise<Checkpoint | undefined> {
    if (this.#recorded.has(step)) await this.#training.record();
    return undefined;
  }

  state(): Promise<Uint8Array> {
    return this.#training.state();
  }

  async finish(): Promise<Pick<TrainingResult, 'model' | 'linearLearning'>> {
    const bytes = writeNpz(await this.#training.results());
    return { model: undefined, linearLearning: await this.#store.put(KIND, bytes, provenanceOf(this.#job)) };
  }

  async close(): Promise<void> {
    await this.#training.close();
  }
}

function readPatches(array: NdArray): Patches {
  if (array.dtype === 'float32' && array.shape.length === 2) return array;
  throw new RangeError(
    `spec.linear.patches is ${array.dtype} [${array.shape.join(', ')}]; float32 [patches, pixels] is needed.`,
  );
}
