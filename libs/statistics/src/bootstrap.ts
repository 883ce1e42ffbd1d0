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
 * @throws RangeError where there are no groups, a group is empty, or a value is not finite
 */
export function bootstrap(
  groups: readonly (readonly number[])[],
  statistic: keyof typeof STATISTICS,
  resampling: Resampling,
): { estimate: number; interval: Interval } {
  requireValues(groups);
  const compute = STATISTICS[statistic];
  const resampled = Array.from({ length: resampling.resamples }, (_, index) => {
    const stream = resampleStream(resampling.seed, index);
    return compute(
      drawWithReplacement(groups, stream).flatMap((values) => drawWithReplacement(values, stream)),
    );
  });
  return { estimate: compute(groups.flat()), interval: percentileInterval(resampled, resampling.confidence) };
}

function requireValues(groups: readonly (readonly number[])[]): void {
  if (groups.length === 0) throw new RangeError('There are no groups to resample; give at least one.');
  for (const [index, values] of groups.entries()) {
    if (values.length === 0) throw new RangeError(`Group ${index} has no values; each needs at least one.`);
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new RangeError(`Group ${index} holds ${wrong}; values must be finite.`);
  }
}
