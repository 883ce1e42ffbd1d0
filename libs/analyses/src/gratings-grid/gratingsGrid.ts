import { readNpz, toNumbers } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps, Step } from '@oblique/workflow';
import { conditionOf } from '../label-noise/conditions.js';
import { logRatios, readLearnedGratings } from '../label-noise/learnedGratings.js';
import { trainingSpec, type GratingTraining } from '../label-noise/trainingSpec.js';
import type { Services } from '../services.js';
import { trainStep } from '../steps/trainStep.js';

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

/** What the trainings of a variant measured in a layer, the first where left out, in the order of its seeds. */
export function readVariant(
  variant: Variant,
  needed: NeededSteps,
  store: ArtifactStore,
  layer?: string,
): Promise<LearnedVariant[]> {
  return Promise.all(
    variant.seeds.map(async (seed) => {
      const step = trainStepOf(variant, seed);
      const { digest } = needed.result(step, 'observations.npz');
      const learned = readLearnedGratings(await store.get(digest), layer);
      const metrics = readNpz(await store.get(needed.result(step, 'metrics.npz').digest));
      const loss = metrics.get('loss');
      if (loss === undefined) throw new Error(`The metrics of "${step}" have no loss.`);
      return {
        trainStep: step,
        steps: learned.steps,
        logRatios: logRatios(learned, HALF_WIDTH_DEG),
        loss: [...toNumbers(loss)],
        digest,
      };
    }),
  );
}

function trainStepOf({ label }: Variant, seed: number): string {
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
