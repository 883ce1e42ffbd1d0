import type { NeededSteps, Step } from '@oblique/workflow';
import { bootstrapStep, type RatioOptions, readTrendValue, type Services } from '@oblique/study';
import type { Condition } from './condition.js';
import { meanLog } from './figures.js';
import { POOLING, trendOf } from './stepIds.js';
import { deepHalf } from '../verdicts.js';

/** Untrained AlexNet with and without overlap, where both are measured. */
export interface PoolingPair {
  readonly overlapping: Condition;
  readonly nonoverlapping: Condition;
}

export function poolingPair(conditions: readonly Condition[]): PoolingPair | undefined {
  const find = (architecture: string): Condition | undefined =>
    conditions.find(({ source }) => source.kind === 'architecture' && source.architecture === architecture);
  const overlapping = find('alexnet');
  const nonoverlapping = find('alexnet_nonoverlapping');
  return overlapping && nonoverlapping && { overlapping, nonoverlapping };
}

/** The three bootstraps over seeds behind C-SI1c; networks of the same seed have the same weights before pooling. */
export function poolingSteps(
  { overlapping, nonoverlapping }: PoolingPair,
  options: RatioOptions,
  services: Services,
): Step[] {
  const ids = [trendOf(overlapping), trendOf(nonoverlapping)];
  const paired = (combine: (withOverlap: number, without: number) => number) => (needed: NeededSteps) => {
    const without = deepLogs(needed, nonoverlapping);
    return deepLogs(needed, overlapping).map((log, index) => combine(log, without[index] ?? NaN));
  };
  const step = (id: string, words: string, combine: (withOverlap: number, without: number) => number): Step =>
    bootstrapStep(id, words, ids, paired(combine), options, services);
  return [
    step(POOLING.overlapping, 'comparing seeds of AlexNet', (withOverlap) => withOverlap),
    step(
      POOLING.difference,
      'comparing AlexNet with and without overlap',
      (withOverlap, without) => withOverlap - without,
    ),
    step(
      POOLING.halfMinusRest,
      'judging how much of the preference is gone without overlap',
      (withOverlap, without) => withOverlap / 2 - without,
    ),
  ];
}

/** For each seed, the mean logarithm of the ratio over the deep half of the convolutional part. */
function deepLogs(needed: NeededSteps, condition: Condition): number[] {
  const { layers } = needed.value(trendOf(condition), readTrendValue);
  const convolutional = layers.filter(({ layer }) => layer.startsWith('features.'));
  const deep = deepHalf(convolutional.length > 0 ? convolutional : layers);
  return condition.members.map((_, index) => meanLog(deep.map(({ ratios }) => ratios[index] ?? NaN)));
}
