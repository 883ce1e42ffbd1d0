import { overSeeds, type Interval } from '@oblique/statistics';
import type { Axis } from './axis.js';
import { placesOf, type Quantity } from './quantity.js';
import type { Place } from './axis.js';

/** The axis that chance lies along: means and intervals are taken over it. */
export const SEED = 'seed';

/** A mean over seeds as it is told: of logarithms, the exponential of their mean. */
export interface Estimate {
  readonly place: Place;
  readonly effect: number;
  /** NaN at both ends where there is one seed only, or none could be measured. */
  readonly interval: Interval;
  readonly seeds: number;
  /** Seeds in which it could not be measured. */
  readonly unmeasured: number;
}

/** Means over seeds, with Student's interval, at every place of the other axes where there is any value. */
export function estimates(quantity: Quantity, confidence: number): Estimate[] {
  const rest = axesWithoutSeed(quantity);
  return placesOf(rest).flatMap((place) => {
    const { values } = quantity.line(SEED, place);
    if (values.length === 0) return [];
    const { estimate, interval } = overSeeds(values, confidence);
    return [
      {
        place,
        effect: quantity.told(estimate),
        interval: { confidence, low: quantity.told(interval.low), high: quantity.told(interval.high) },
        seeds: values.length,
        unmeasured: values.filter((value) => !Number.isFinite(value)).length,
      },
    ];
  });
}

export function axesWithoutSeed({ axes }: Quantity): Axis[] {
  return axes.filter(({ name }) => name !== SEED);
}
