import type { Claim } from '@oblique/report';
import { preferencesOnceLearned } from '../gratings-grid/preference.js';
import { preferenceClaim } from '../gratings-grid/preferenceClaim.js';
import { above, within } from '@oblique/study';
import type { RegimeParameters } from './regimeParameters.js';
import { observedEvery, type LearnedScale } from './scales.js';

/** How many times as far the weights go in the rich regime, at least. */
const REGIMES_APART = 10;

/** The claims; scales from the smallest, which is rich, to the largest, which is lazy. */
export function regimeClaims(scales: readonly LearnedScale[], parameters: RegimeParameters): Claim[] {
  const { confidence, tolerance } = parameters;
  const [rich, lazy] = [scales[0], scales.at(-1)];
  if (rich === undefined || lazy === undefined) return [];
  const common = {
    confidence,
    figures: ['regime-learning', 'regime-preference', 'regime-change'],
    provenance: scales.flatMap(({ learned }) => learned.map(({ digest }) => digest)),
    explanation: '',
  };
  const where = `where the loss first is ${parameters.learnedShare} of chance's`;
  const names = `${rich.variant.scale} and ${lazy.variant.scale}`;
  const onceLearned = ({ learned }: LearnedScale): number[] =>
    preferencesOnceLearned(learned, parameters.learnedShare, observedEvery(parameters));
  const richPreferences = onceLearned(rich);
  const lazyPreferences = onceLearned(lazy);
  return [
    preferenceClaim({
      ...common,
      id: 'RG.1',
      sentence:
        'Small initial weights are rich and large ones lazy: relative to their size, weights move less.',
      statistic: `Quotient of ‖W(end) − W(0)‖/‖W(0)‖ of the first layer at the initial scales ${names}, seed by seed`,
      threshold: `above ${REGIMES_APART}: an order of magnitude, so that they can be called two regimes`,
      logRatios: rich.weightChange.map((change, seed) => Math.log(change / (lazy.weightChange[seed] ?? NaN))),
      judge: (interval) => above(Math.log(REGIMES_APART), interval),
    }),
    preferenceClaim({
      ...common,
      id: 'RG.2',
      sentence: 'In the rich regime, the first layer prefers frequent orientations.',
      statistic: `D(90°)/D(0°) at the initial scale ${rich.variant.scale}, ${where}`,
      threshold: 'above 1, which is no preference',
      logRatios: richPreferences,
      judge: (interval) => above(0, interval),
    }),
    preferenceClaim({
      ...common,
      id: 'RG.3',
      sentence: 'In the lazy regime it does not, though as much is learned.',
      statistic: `D(90°)/D(0°) at the initial scale ${lazy.variant.scale}, ${where}`,
      threshold: `between ${(1 / tolerance).toFixed(2)} and ${tolerance}, as for the controls of label-noise: weights that stay where they were prefer nothing`,
      logRatios: lazyPreferences,
      judge: (interval) => within(0, Math.log(tolerance), interval),
    }),
    preferenceClaim({
      ...common,
      id: 'RG.4',
      sentence: 'The preference is greater in the rich regime than in the lazy one.',
      statistic: `Quotient of D(90°)/D(0°) at the initial scales ${names}, seed by seed, ${where}`,
      threshold: 'above 1',
      logRatios: richPreferences.map((value, seed) => value - (lazyPreferences[seed] ?? NaN)),
      judge: (interval) => above(0, interval),
    }),
  ];
}
