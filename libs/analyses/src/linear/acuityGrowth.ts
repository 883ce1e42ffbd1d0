import { lineFit, powerLawFit } from '@oblique/statistics';
import type { LinearRecord } from './linearRecord.js';

/** How acuity f grows over updates, by three fits to the same records. */
export interface AcuityGrowth {
  readonly steps: readonly number[];
  readonly acuity: readonly number[];
  /** Share of the variance of f that a straight line in the number of updates explains. */
  readonly linear: number;
  /** The same of f². */
  readonly squared: number;
  /** Share of the variance of f that a straight line in the root of the number of updates explains. */
  readonly root: number;
  /** α of f ~ updates^α. */
  readonly exponent: number;
}

/** Fits leave out the first part of a training, as the paper's do, and what lies at the end of the scale. */
const FIRST_SHARE = 0.05;
const HIGHEST_CYCLES_PER_PIXEL = 0.499;

/** Undefined where fewer than five records are left to fit. */
export function acuityGrowth(record: LinearRecord, series: string): AcuityGrowth | undefined {
  const last = record.steps.at(-1) ?? 0;
  const acuities = [...record.series(series)];
  const used = record.steps.flatMap((step, index) => {
    const acuity = acuities[index] ?? NaN;
    return step >= FIRST_SHARE * last && acuity > 0 && acuity < HIGHEST_CYCLES_PER_PIXEL ? [index] : [];
  });
  if (used.length < 5) return undefined;
  const steps = used.map((index) => record.steps[index] ?? NaN);
  const acuity = used.map((index) => acuities[index] ?? NaN);
  return {
    steps,
    acuity,
    linear: lineFit(steps, acuity).rSquared,
    squared: lineFit(
      steps,
      acuity.map((value) => value ** 2),
    ).rSquared,
    root: lineFit(steps.map(Math.sqrt), acuity).rSquared,
    exponent: powerLawFit(steps, acuity).exponent,
  };
}
