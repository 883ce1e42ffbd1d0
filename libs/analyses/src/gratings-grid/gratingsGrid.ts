import { readNpz, toNumbers } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps, Step } from '@oblique/workflow';
import { conditionOf } from '../label-noise/conditions.js';
import { learnedGratings, logRatios } from '../label-noise/learnedGratings.js';
import { LAYER, trainingSpec, type GratingTraining } from '../label-noise/trainingSpec.js';
import { type Services, trainStep } from '@oblique/study';

/** Classes of orientation, as in the paper's Methods. */
export const BINS = 60;
/** Half width of the windows about 90° and 0°, as in the analysis label-noise. */
export const HALF_WIDTH_DEG = 15;

/** The network of Fig. 6c, which learns from gratings of which vertical ones are frequent as a rule, trained in one way. */
export interface Variant {
  /** For step ids, figures and tables. */
  readonly label: string;
  readonly training: Omit<GratingTraining, 'protocol'>;
  readonly seeds: readonly number[];
  /** Of the prior (1 + steepness · cos 2(θ − 90°)) / π; default: that of Fig. 6c, 0.5. */
  readonly steepness?: number;
}

/** One training of a variant, read. */
export interface LearnedVariant {
  readonly trainStep: string;
  /** Where D was measured. */
  readonly steps: readonly number[];
  /** log of D(90°)/D(0°) of the layer at each of them. */
  readonly logRatios: readonly number[];
  /** Cross-entropy of the batch at every step, from the first. */
  readonly loss: readonly number[];
  /** Digest of the observations. */
  readonly digest: string;
}

/** The trainings of a variant, one a seed. */
export function trainingsOf(variant: Variant, services: Services): Step[] {
  const { label, training, seeds, steepness } = variant;
  // Of this condition nothing but the prior counts: all labels are kept.
  const vertical = conditionOf('c', { amount: 0, formula: 'text' });
  const condition = steepness === undefined ? vertical : { ...vertical, steepness };
  const { width, steps, batchSize } = training;
  return seeds.map((seed) =>
    trainStep(
      {
        id: trainStepOf(variant, seed),
        description: `training on gratings, ${label}, seed ${seed}`,
        spec: () => trainingSpec({ ...training, protocol: 'text' }, condition, BINS, seed),
        cost: (steps * width * (batchSize + 100)) / 1000,
      },
      services,
    ),
  );
}

/** What the trainings of a variant measured in the first layer, in the order of its seeds. */
export async function readVariant(
  variant: Variant,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearnedVariant[]> {
  const [learned = []] = await readLayers(variant, [LAYER], needed, store);
  return learned;
}

/** The same of several layers, [layers][seeds]; every archive is read once. */
export async function readLayers(
  { label, seeds }: Variant,
  layers: readonly string[],
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<LearnedVariant[][]> {
  const trainings = await Promise.all(
    seeds.map(async (seed) => {
      const trainStep = trainStepOf({ label }, seed);
      const { digest } = needed.result(trainStep, 'observations.npz');
      const observations = readNpz(await store.get(digest));
      const metrics = readNpz(await store.get(needed.result(trainStep, 'metrics.npz').digest));
      const loss = metrics.get('loss');
      if (loss === undefined) throw new Error(`The metrics of "${trainStep}" have no loss.`);
      return { trainStep, observations, loss: [...toNumbers(loss)], digest };
    }),
  );
  return layers.map((layer) =>
    trainings.map(({ observations, ...training }) => {
      const learned = learnedGratings(observations, layer);
      return { ...training, steps: learned.steps, logRatios: logRatios(learned, HALF_WIDTH_DEG) };
    }),
  );
}

function trainStepOf({ label }: Pick<Variant, 'label'>, seed: number): string {
  return `train ${label}, seed ${seed}`;
}

/** A variant as the report's table of networks has it. */
export function gridNetwork(variant: Variant, needed: NeededSteps): ReportNetwork {
  const { label, seeds, training } = variant;
  const { width, steps } = training;
  const [seed = 0] = seeds;
  return {
    name: label,
    origin: 'trained',
    description: `${training.architecture ?? 'mlp'} (ReLU network on 4096 pixels, ${width} of its units, ${BINS} classes) trained on synthetic gratings for ${steps} steps; seeds ${seeds.join(', ')}. The digest is of the first.`,
    digest: needed.result(trainStepOf(variant, seed), 'model.onnx').digest,
  };
}
