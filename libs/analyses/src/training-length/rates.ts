import type { LearnedVariant, Variant } from '../gratings-grid/gratingsGrid.js';
import type { TrainingLengthParameters } from './trainingLengthParameters.js';

/** D is measured so often, evenly, and at as many steps spaced logarithmically. */
const OBSERVATIONS = 24;

/** One learning rate. Time is steps times the rate relative to the first one: that of gradient flow. */
export interface Rate extends Variant {
  readonly learningRate: number;
  /** Time of one step. */
  readonly timePerStep: number;
}

/** A rate with its trainings, one a seed. */
export interface LearnedRate {
  readonly rate: Rate;
  readonly learned: readonly LearnedVariant[];
}

/** Every rate is trained for the same time, and measured at the same times as far as steps allow. */
export function ratesOf(parameters: TrainingLengthParameters): Rate[] {
  const { learningRates, initialScale, seeds, steps, width, batchSize, orientations, phases } = parameters;
  const [first = NaN] = learningRates;
  return learningRates.map((learningRate) => {
    const timePerStep = learningRate / first;
    const own = Math.max(1, Math.round(steps / timePerStep));
    return {
      label: `learning rate ${learningRate}`,
      learningRate,
      timePerStep,
      seeds,
      training: {
        width,
        batchSize,
        steps: own,
        learningRate,
        initialScale,
        observeEvery: Math.ceil(own / OBSERVATIONS),
        alsoObservedAt: logarithmic(own),
        orientations,
        phases,
      },
    };
  });
}

function logarithmic(steps: number): number[] {
  const all = Array.from({ length: OBSERVATIONS }, (_, index) =>
    Math.round(steps ** ((index + 1) / OBSERVATIONS)),
  );
  return [...new Set(all)];
}

/** log D(90°)/D(0°) at a time, linear in its logarithm between the steps where it is known. */
export function preferenceAtTime(
  { steps, logRatios }: LearnedVariant,
  { timePerStep }: Pick<Rate, 'timePerStep'>,
  time: number,
): number {
  const at = Math.log(time / timePerStep);
  const after = steps.findIndex((step) => Math.log(step) >= at - 1e-9);
  if (after < 0) return NaN;
  const [before, to] = [Math.log(steps[after - 1] ?? NaN), Math.log(steps[after] ?? NaN)];
  const [from = NaN, value = NaN] = [logRatios[after - 1], logRatios[after]];
  if (!Number.isFinite(before) || Math.abs(to - at) < 1e-9) return value;
  return from + ((value - from) * (at - before)) / (to - before);
}

/**
 * Where the preference peaks, for each seed: the step of the greatest mean over the other seeds, so that the peak is not
 * chosen where the noise of this one is highest.
 */
export function peakSteps({ learned }: LearnedRate): number[] {
  return learned.map((_, left) => {
    const others = learned.filter((_one, index) => index !== left);
    const [first] = others;
    const means = (first?.steps ?? []).map((_step, place) =>
      others.reduce((sum, { logRatios }) => sum + (logRatios[place] ?? NaN), 0),
    );
    return first?.steps[means.indexOf(Math.max(...means))] ?? NaN;
  });
}
