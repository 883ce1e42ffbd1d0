import type { Claim } from '@oblique/report';
import type { LearnedVariant } from '../gratings-grid/gratingsGrid.js';
import { preferencesOnceLearned } from '../gratings-grid/preference.js';
import { preferenceClaim } from '../gratings-grid/preferenceClaim.js';
import { above } from '@oblique/study';
import type { DepthParameters } from './depthParameters.js';
import { LAST_LAYER, observedEvery, type LearnedDepth } from './depths.js';

/** The claims; depths from the shallowest on. */
export function depthClaims(depths: readonly LearnedDepth[], parameters: DepthParameters): Claim[] {
  const [shallowest, deepest] = [depths[0], depths.at(-1)];
  if (shallowest === undefined || deepest === undefined) return [];
  const common = {
    confidence: parameters.confidence,
    figures: ['depth-learning', 'depth-preference'],
    provenance: depths.flatMap(({ first }) => first.map(({ digest }) => digest)),
    explanation: '',
    judge: (interval: Parameters<typeof above>[1]) => above(0, interval),
  };
  const where = `where the loss first is ${parameters.learnedShare} of chance's`;
  const onceLearned = (learned: readonly LearnedVariant[]): number[] =>
    preferencesOnceLearned(learned, parameters.learnedShare, observedEvery(parameters));
  const once = ({ first }: LearnedDepth): number[] => onceLearned(first);
  const quotient = (values: readonly number[], others: readonly number[]): number[] =>
    values.map((value, seed) => value - (others[seed] ?? NaN));
  return [
    ...depths.map((each) =>
      preferenceClaim({
        ...common,
        id: `DP.1-${each.variant.depth}`,
        sentence: `With ${each.variant.label}, the first layer prefers frequent orientations.`,
        statistic: `D(90°)/D(0°) of the first layer, ${where}`,
        threshold: 'above 1, which is no preference',
        logRatios: once(each),
      }),
    ),
    preferenceClaim({
      ...common,
      id: 'DP.2',
      sentence: 'The deeper the network, the more its first layer follows frequency.',
      statistic: `Quotient of D(90°)/D(0°) with ${deepest.variant.depth} and with ${shallowest.variant.depth} hidden layers, seed by seed, ${where}`,
      threshold: 'above 1',
      logRatios: quotient(once(deepest), once(shallowest)),
    }),
    preferenceClaim({
      ...common,
      id: 'DP.3',
      sentence:
        'Within the deepest network, the last layer follows frequency more than the first, as in claim C2.1.',
      statistic: `Quotient of D(90°)/D(0°) of ${LAST_LAYER} and of the first layer, seed by seed, ${where}`,
      threshold: 'above 1',
      logRatios: quotient(onceLearned(deepest.last), once(deepest)),
    }),
  ];
}
