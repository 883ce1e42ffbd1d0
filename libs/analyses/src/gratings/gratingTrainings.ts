import { toNumbers } from '@oblique/arrays';
import {
  arrayOf,
  reading,
  trainings,
  type AxesByName,
  type PlaceOf,
  type Quantity,
  type Source,
  type Trained,
} from '@oblique/study';
import { mean } from 'simple-statistics';
import { conditionOf } from './condition.js';
import { OBSERVATION, trainingSpec, type GratingTraining } from './gratingTraining.js';

/** Classes of orientation, as in the paper's Methods. */
export const BINS = 60;
/** Half width of the windows about 90° and 0°, as in label-noise. */
export const HALF_WIDTH_DEG = 15;

/** What studies of these trainings share. */
interface Common {
  readonly seeds: readonly number[];
  readonly width: number;
  readonly orientations: number;
  readonly phases: number;
}

/** The network of Fig. 6c, trained in several ways: what is varied are the axes. */
export interface GratingVariants<Axes extends AxesByName> {
  readonly p: Common;
  readonly over: Axes;
  /** For step ids and tables. */
  readonly label: (variant: PlaceOf<Axes>) => string;
  readonly training: (variant: PlaceOf<Axes>) => Omit<GratingTraining, 'bins' | keyof Common> & {
    /** Of the prior (1 + steepness · cos 2(θ − 90°)) / π; default: that of Fig. 6c, 0.5. */
    readonly steepness?: number;
  };
  /** The loss is averaged over so many steps before the one it is told for. */
  readonly lossWindow: (variant: PlaceOf<Axes>) => number;
}

/** What was learned, over the axes, the seed and the measured steps. */
export interface LearnedGratings {
  /** D(90°)/D(0°), also over the layers where there are several. */
  readonly preference: Quantity;
  /** Cross-entropy, mean over the window up to the step. */
  readonly loss: Quantity;
  readonly trained: Trained;
}

/** The trainings as data: with a preference that is no preference at 1. */
export function gratingTrainings<Axes extends AxesByName>(
  variants: GratingVariants<Axes>,
): Source<LearnedGratings> {
  const { p, over, label, training, lossWindow } = variants;
  // Of this condition nothing but the prior counts: all labels are kept.
  const vertical = conditionOf('c', { amount: 0, formula: 'text' });
  const source = trainings({
    over,
    seeds: p.seeds,
    id: ({ at, seed }) => `train ${label(at)}, seed ${seed}`,
    description: ({ at, seed }) => `training on gratings, ${label(at)}, seed ${seed}`,
    spec: ({ at, seed }) => {
      const { steepness, ...asked } = training(at);
      const condition = steepness === undefined ? vertical : { ...vertical, steepness };
      return trainingSpec({ bins: BINS, ...p, ...asked }, condition, seed);
    },
    cost: ({ at }) => costOf({ ...p, ...training(at) }),
    network: (at) => {
      const { architecture = 'mlp', steps } = training(at);
      return {
        name: label(at),
        description: `${architecture} (ReLU network on 4096 pixels, ${p.width} of its units, ${BINS} classes) trained on synthetic gratings for ${steps} steps; seeds ${p.seeds.join(', ')}. The digest is of the first.`,
      };
    },
    methods: [
      `But for what is varied, the network and gratings are those of Fig. 6c (analysis label-noise): synthetic gratings behind a soft disc, orientations from p = (2 − cos 2θ)/(2π), so that vertical bars (90°) are three times as frequent as horizontal ones; the label is one of ${BINS} classes of orientation, all labels kept; plain gradient descent at a constant rate. Equal seeds have equal initial random numbers.`,
      `The preference is D(90°)/D(0°) of the first hidden layer where no other is named: exact derivatives at ${p.orientations} orientations and ${p.phases} phases, averaged over phases, in windows of ±${HALF_WIDTH_DEG}°; 1 is none.`,
    ],
  });
  return reading(source, async (trained) => ({
    preference: preferenceOf(trained.sensitivity(OBSERVATION, ['orientation'])),
    loss: lossBefore(trained, lossWindow),
    trained,
  }));
}

/** D(90°)/D(0°); where there is one layer, of that. */
export function preferenceOf(d: Quantity, halfWidthDeg = HALF_WIDTH_DEG): Quantity {
  const ratio = d.contrast(
    'orientation',
    { of: [90], over: [0], halfWidthDeg },
    { name: 'ratio', title: 'D(90°) / D(0°)', words: 'D(90°)/D(0°)' },
  );
  const { values } = ratio.axis('layer');
  const [only, ...others] = values;
  return only === undefined || others.length > 0 ? ratio : ratio.at({ layer: only });
}

/** The loss over `window` steps, at each measured step that has so many before it. */
function lossBefore<Axes extends AxesByName>(
  trained: Trained,
  windowOf: (variant: PlaceOf<Axes>) => number,
): Quantity {
  return trained.eachStep(
    ({ metrics, place }, step) => {
      // The trainings' places are on these axes.
      const window = windowOf(place as PlaceOf<Axes>);
      if (step < window) return undefined;
      return mean([...toNumbers(arrayOf(metrics, 'loss')).slice(step - window, step)]);
    },
    { name: 'loss', title: 'loss' },
  );
}

/** Of a training, relative to others. */
export function costOf(training: Pick<GratingTraining, 'steps' | 'width' | 'batchSize'>): number {
  return (training.steps * training.width * (training.batchSize + 100)) / 1000;
}

/** The loss as a share of that of chance, mean over seeds. */
export function shareOfChance(loss: Quantity): Quantity {
  return loss
    .mean('seed')
    .map((value) => value / Math.log(BINS), { name: 'share', title: "share of chance's loss" });
}

/** A quantity where equally much is learned: at the first measured step where the loss is a share of that of chance. */
export function onceLearned(quantity: Quantity, loss: Quantity, learnedShare: number): Quantity {
  return quantity.at({ step: loss.first('step', (value) => value <= learnedShare * Math.log(BINS)) });
}
