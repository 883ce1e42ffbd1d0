import { lineFit } from '@oblique/statistics';
import { meanPreference } from '../gratings-grid/preference.js';
import type { LearnedDose } from './doses.js';
import type { DoseResponseParameters } from './doseResponseParameters.js';

/** k over the last four fifths of the steps, of every seed, in the layer of this place. */
export function layerPowers(
  doses: readonly LearnedDose[],
  layer: number,
  { steps }: DoseResponseParameters,
): number[] {
  return powersOf(doses, ({ byLayer }, seed) => {
    const one = byLayer[layer]?.[seed];
    return one === undefined ? NaN : meanPreference(one, steps);
  }).map(({ k }) => k);
}

/** log D(90°)/D(0°) over the last four fifths of the steps, of every seed of a dose. */
export function responsesOf({ learned }: LearnedDose, { steps }: DoseResponseParameters): number[] {
  return learned.map((one) => meanPreference(one, steps));
}

/** The line of the response over the logarithm of the prior's ratio, for each seed: its slope is the power k of D ∝ p^k. */
export function powersOf(
  doses: readonly LearnedDose[],
  response: (dose: LearnedDose, seed: number) => number,
): { readonly k: number; readonly rSquared: number }[] {
  const x = doses.map(({ dose }) => dose.logPriorRatio);
  return (doses[0]?.learned ?? []).map((_, seed) => {
    const { slope, rSquared } = lineFit(
      x,
      doses.map((each) => response(each, seed)),
    );
    return { k: slope, rSquared };
  });
}
