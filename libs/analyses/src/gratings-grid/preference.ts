import { mean } from 'simple-statistics';
import { meanOverSteps } from '../label-noise/learnedGratings.js';
import { BINS, type LearnedVariant } from './gratingsGrid.js';

/** log D(90°)/D(0°) after `step` steps; NaN where D was not measured there. */
export function preferenceAt({ steps, logRatios }: LearnedVariant, step: number): number {
  return logRatios[steps.indexOf(step)] ?? NaN;
}

/** The same averaged over the last four fifths of the steps up to `step`. */
export function meanPreference({ steps, logRatios }: LearnedVariant, step: number): number {
  const known = steps.filter((each) => each <= step);
  return meanOverSteps(known, logRatios.slice(0, known.length), step / 5);
}

/** Mean loss of the `window` steps up to `step`; NaN where there are not so many before it. */
export function lossAt({ loss }: LearnedVariant, step: number, window: number): number {
  return step < window ? NaN : mean(loss.slice(step - window, step));
}

/**
 * The first step, of those at which D was measured, up to which the loss of the last `window` steps is at most `level`;
 * NaN where it never is.
 */
export function stepOfLoss(learned: LearnedVariant, level: number, window: number): number {
  return learned.steps.find((step) => lossAt(learned, step, window) <= level) ?? NaN;
}

/**
 * log D(90°)/D(0°) of every seed where the loss of the last `window` steps has fallen to a share of that of chance: where
 * equally much is learned. NaN where it never has.
 */
export function preferencesOnceLearned(
  learned: readonly LearnedVariant[],
  learnedShare: number,
  window: number,
): number[] {
  const level = learnedShare * Math.log(BINS);
  return learned.map((one) => preferenceAt(one, stepOfLoss(one, level, window)));
}
