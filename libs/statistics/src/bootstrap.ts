import type { Seed } from '@oblique/random';
import { mean, median } from 'simple-statistics';
import {
  drawWithReplacement,
  percentileInterval,
  resampleStream,
  type Interval,
  type Resampling,
} from './resampling.js';

const STATISTICS = { mean, median };

/**
 * A statistic of the values of all groups together, with its hierarchical percentile bootstrap interval: groups are
 * drawn with replacement (where there is more than one), then values within each drawn group.
 * @param pause called now and then, so that a long computation can let others in, or be given up by throwing
 * @throws RangeError where there are no groups, a group is empty, or a value is not finite
 */
export async function bootstrap(
  groups: readonly (readonly number[])[],
  statistic: keyof typeof STATISTICS,
  resampling: Resampling,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<{ estimate: number; interval: Interval }> {
  requireValues(groups);
  const compute = STATISTICS[statistic];
  const resampled: number[] = [];
  for (let index = 0; index < resampling.resamples; index++) {
    if (index % 256 === 0) await pause();
    resampled.push(compute(drawn(groups, resampling.seed, index)));
  }
  return { estimate: compute(groups.flat()), interval: percentileInterval(resampled, resampling.confidence) };
}

/**
 * The mean of a few plain values (of seeds) with its percentile bootstrap interval, as {@link bootstrap} of one group.
 * @throws RangeError where there are no values, or one is not finite
 */
export function bootstrapMean(
  values: readonly number[],
  { resamples, confidence, seed }: Resampling,
): { estimate: number; interval: Interval } {
  requireValues([values]);
  const resampled = Array.from({ length: resamples }, (_, index) => mean(drawn([values], seed, index)));
  return { estimate: mean([...values]), interval: percentileInterval(resampled, confidence) };
}

/** One resample. */
function drawn(groups: readonly (readonly number[])[], seed: Seed, index: number): number[] {
  const stream = resampleStream(seed, index);
  return drawWithReplacement(groups, stream).flatMap((values) => drawWithReplacement(values, stream));
}

function requireValues(groups: readonly (readonly number[])[]): void {
  if (groups.length === 0) throw new RangeError('There are no groups to resample; give at least one.');
  for (const [index, values] of groups.entries()) {
    if (values.length === 0) throw new RangeError(`Group ${index} has no values; each needs at least one.`);
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new RangeError(`Group ${index} holds ${wrong}; values must be finite.`);
  }
}
