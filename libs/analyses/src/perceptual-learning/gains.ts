import { mean } from 'simple-statistics';
import type { LearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import type { Learned } from './learner.js';

/** Gains are averaged within ± so many degrees of an orientation. */
export const HALF_WIDTH_DEG = 10;

/** What the narrow training did to a layer, as logarithms of factors on D before it, by observed step. */
export interface Gains {
  readonly trained: readonly number[];
  /** At right angles to the trained orientation. */
  readonly untrained: readonly number[];
  /** Their difference. */
  readonly specificity: readonly number[];
}

export function gainsOf(learned: Learned, layer: string): Gains {
  const { steps, anglesDeg } = learned.atReference;
  const curves = steps.map((step) => gainByDistance(learned, layer, step));
  const [trained, untrained] = [0, 90].map((centreDeg) => {
    const near = distancesDeg(anglesDeg.length).map(
      (distance) => Math.abs(Math.abs(distance) - centreDeg) <= HALF_WIDTH_DEG,
    );
    return curves.map((curve) => mean(curve.filter((_, angle) => near[angle])));
  });
  return {
    trained: trained ?? [],
    untrained: untrained ?? [],
    specificity: (trained ?? []).map((gain, step) => gain - (untrained?.[step] ?? NaN)),
  };
}

/**
 * log of D over D before, by distance from the trained orientation (see {@link distancesDeg}): the mean of the training
 * at the reference and of the one at right angles to it. What pixels and pretraining make of one of these orientations
 * is at 0° in the one and at 90° in the other, so that differences between the two distances are free of it.
 */
export function gainByDistance(
  { atReference, atRightAngles }: Learned,
  layer: string,
  step: number,
): number[] {
  const reference = gainCurve(atReference, layer, step);
  const turned = gainCurve(atRightAngles, layer, step);
  return reference.map(
    (gain, angle) => (gain + (turned[(angle + turned.length / 2) % turned.length] ?? NaN)) / 2,
  );
}

/** Distances from the trained orientation, of as many angles tiling the half turn from it on: 0 to 90°, then -90° to 0. */
export function distancesDeg(angles: number): number[] {
  return Array.from({ length: angles }, (_, angle) => {
    const distance = (180 * angle) / angles;
    return distance < 90 ? distance : distance - 180;
  });
}

/**
 * The step at which a curve first has half of its last value, interpolated over the logarithm of the step; NaN where its
 * last value is not positive.
 */
export function halfStep(steps: readonly number[], curve: readonly number[]): number {
  const half = (curve.at(-1) ?? NaN) / 2;
  if (!(half > 0)) return NaN;
  const after = curve.findIndex((value) => value >= half);
  const [from = NaN, to = NaN] = [steps[after - 1], steps[after]];
  // Step 0 has no logarithm: what is there at the first step counts as learned by then.
  if (!(from > 0)) return to;
  const [low = NaN, high = NaN] = [curve[after - 1], curve[after]];
  return from * (to / from) ** ((half - low) / (high - low));
}

/** log of D over D before the training, at the angles that were measured: from the reference on. */
function gainCurve({ observations, d }: LearnedSensitivity, layer: string, step: number): number[] {
  const [observation = ''] = observations;
  const before = d(observation, layer, 0);
  return d(observation, layer, step).map((value, angle) => Math.log(value / (before[angle] ?? NaN)));
}
