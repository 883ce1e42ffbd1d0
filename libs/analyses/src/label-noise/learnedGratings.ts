import { readNpz, toNumbers, type NdArray } from '@oblique/arrays';
import { logWindowRatio } from '@oblique/statistics';
import { LAYER, OBSERVATION } from './trainingSpec.js';

/** D of a layer while one network learns, averaged over phases. */
export interface LearnedGratings {
  readonly steps: readonly number[];
  readonly orientationsDeg: readonly number[];
  /** [step][orientation], per radian squared. */
  readonly d: readonly (readonly number[])[];
}

/** @throws Error where the archive is not one of these trainings */
export function readLearnedGratings(bytes: Uint8Array): LearnedGratings {
  return learnedGratings(readNpz(bytes), LAYER);
}

/** The same of any layer that was measured, from the archive's arrays. */
export function learnedGratings(arrays: ReadonlyMap<string, NdArray>, layer: string): LearnedGratings {
  const member = (name: string) => {
    const array = arrays.get(name);
    if (array === undefined) throw new Error(`The observations have no ${name}.`);
    return array;
  };
  const steps = [...toNumbers(member('step'))];
  const orientationsDeg = [...toNumbers(member(`${OBSERVATION}/orientation`))];
  const measured = member(`${OBSERVATION}/D/${layer}`);
  const values = toNumbers(measured);
  const phases = measured.shape[2] ?? 1;
  const meanOverPhases = (step: number, orientation: number): number => {
    const start = (step * orientationsDeg.length + orientation) * phases;
    return values.subarray(start, start + phases).reduce((sum, value) => sum + value, 0) / phases;
  };
  return {
    steps,
    orientationsDeg,
    d: steps.map((_, step) =>
      orientationsDeg.map((_angle, orientation) => meanOverPhases(step, orientation)),
    ),
  };
}

/** log of D within ±halfWidthDeg of 90° over that of 0°, at every step. */
export function logRatios({ d, orientationsDeg }: LearnedGratings, halfWidthDeg: number): number[] {
  const contrast = {
    anglesDeg: orientationsDeg,
    periodDeg: 180,
    halfWidthDeg,
    centresDeg: [90],
    againstDeg: [0],
  };
  return d.map((curve) => logWindowRatio(curve, contrast));
}

/** Mean of a quantity over the steps from `fromStep` on, linear between those where it is known. */
export function meanOverSteps(steps: readonly number[], values: readonly number[], fromStep: number): number {
  const first = steps.findIndex((step) => step >= fromStep);
  const [start, end] = [steps[first] ?? NaN, steps.at(-1) ?? NaN];
  if (start === end) return values[first] ?? NaN;
  let area = 0;
  for (let index = first + 1; index < steps.length; index++) {
    const width = (steps[index] ?? NaN) - (steps[index - 1] ?? NaN);
    area += (width * ((values[index] ?? NaN) + (values[index - 1] ?? NaN))) / 2;
  }
  return area / (end - start);
}

/**
 * The step at which D of each orientation first is `factor` times its mean over orientations at step 0, exponential
 * between the steps where it is known; Infinity where it never is.
 */
export function onsetSteps({ steps, d }: LearnedGratings, factor: number): number[] {
  const initial = d[0] ?? [];
  const level = Math.log((factor * initial.reduce((sum, value) => sum + value, 0)) / initial.length);
  return initial.map((_, orientation) => {
    const logD = d.map((curve) => Math.log(curve[orientation] ?? NaN));
    const after = logD.findIndex((value) => value >= level);
    if (after === -1) return Infinity;
    const [before, reached] = [logD[after - 1] ?? NaN, logD[after] ?? NaN];
    const [from, to] = [steps[after - 1] ?? NaN, steps[after] ?? NaN];
    return to - ((to - from) * (reached - level)) / (reached - before);
  });
}

/** Mean D over orientations at the last step, over that at the first. */
export function growth({ d }: LearnedGratings): number {
  const total = (curve: readonly number[]): number => curve.reduce((sum, value) => sum + value, 0);
  return total(d.at(-1) ?? []) / total(d[0] ?? []);
}

/**
 * How well the order of onset follows a frequency: of the pairs of orientations that differ in both, the share where
 * the more frequent one comes first, minus the share where it comes last (Goodman and Kruskal's γ).
 */
export function orderAgreement(frequencies: readonly number[], onsets: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  frequencies.forEach((frequency, one) => {
    for (let other = 0; other < one; other++) {
      const difference = frequency - (frequencies[other] ?? NaN);
      const [onset = NaN, otherOnset = NaN] = [onsets[one], onsets[other]];
      // The prior is the same at θ and 180° − θ but for rounding.
      if (Math.abs(difference) < 1e-9 || onset === otherOnset) continue;
      sum += difference > 0 === onset < otherOnset ? 1 : -1;
      pairs += 1;
    }
  });
  return sum / pairs;
}
