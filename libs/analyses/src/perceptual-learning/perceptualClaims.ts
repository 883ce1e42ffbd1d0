import type { Claim } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { mean } from 'simple-statistics';
import { above, verdictInWords } from '@oblique/study';
import { gainsOf, HALF_WIDTH_DEG, halfStep } from './gains.js';
import type { Learned } from './learner.js';
import type { PerceptualParameters } from './perceptualParameters.js';

type Judged = Pick<PerceptualParameters, 'referenceDeg' | 'confidence'>;
type Words = Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold'>;

/** What narrow training did. Thresholds are those of no effect: a factor of 1. */
export function perceptualClaims(
  learned: readonly Learned[],
  parameters: Judged,
  provenance: readonly string[],
): Claim[] {
  const [first] = learned;
  const layers = first?.atReference.layers ?? [];
  const [earliest, latest] = [layers[0], layers.at(-1)];
  if (first === undefined || earliest === undefined || latest === undefined) return [];
  const { steps } = first.atReference;
  const last = steps.at(-1) ?? 0;
  const where = `windows of ±${HALF_WIDTH_DEG}°, after ${last} steps, mean over ${parameters.referenceDeg}° and ${(parameters.referenceDeg + 90) % 180}° as the trained orientation`;
  const overLearners = (value: (one: Learned) => number): OverSeeds =>
    overSeeds(learned.map(value), parameters.confidence);
  const atEnd = (quantity: 'trained' | 'specificity', layer: string) => (one: Learned) =>
    gainsOf(one, layer)[quantity].at(-1) ?? NaN;
  const ofAllLayers = (quantity: 'trained' | 'specificity') =>
    overLearners((one) => mean(layers.map((layer) => atEnd(quantity, layer)(one))));
  const claim = (logarithm: OverSeeds, words: Words, figures: readonly string[]): Claim =>
    factorClaim(logarithm, words, figures, provenance);
  return [
    claim(
      ofAllLayers('trained'),
      {
        id: 'PL.1',
        sentence: 'Training about one orientation raises the sensitivity there.',
        statistic: `D at the trained orientation over D before, geometric mean over layers; ${where}`,
        threshold: 'above 1',
      },
      ['perceptual-learning-gain', 'perceptual-learning-distance'],
    ),
    claim(
      ofAllLayers('specificity'),
      {
        id: 'PL.2',
        sentence:
          'It is specific: sensitivity gains more at the trained orientation than at right angles to it.',
        statistic: `gain of D at the trained over that at the untrained orientation, geometric mean over layers; ${where}`,
        threshold: 'above 1',
      },
      ['perceptual-learning-specificity', 'perceptual-learning-distance'],
    ),
    claim(
      overLearners((one) => atEnd('specificity', latest)(one) - atEnd('specificity', earliest)(one)),
      {
        id: 'PL.3',
        sentence: `The last layer (${latest}) changes more than the first (${earliest}).`,
        statistic: `specificity of ${latest} over that of ${earliest}; ${where}`,
        threshold: 'above 1, as the reverse hierarchy theory of Ahissar and Hochstein (2004) has it',
      },
      ['perceptual-learning-specificity'],
    ),
    claim(
      overLearners((one) => {
        const half = (layer: string): number => halfStep(steps, gainsOf(one, layer).specificity);
        return Math.log(half(earliest) / half(latest));
      }),
      {
        id: 'PL.4',
        sentence: `The last layer (${latest}) changes before the first (${earliest}).`,
        statistic: `step at which log specificity of ${earliest} has half of its last value, over that of ${latest}`,
        threshold: 'above 1, as the reverse hierarchy theory has it',
      },
      ['perceptual-learning-specificity'],
    ),
  ];
}

function factorClaim(
  { estimate, interval }: OverSeeds,
  words: Words,
  figures: readonly string[],
  provenance: readonly string[],
): Claim {
  const known = Number.isFinite(interval.low) && Number.isFinite(interval.high);
  const verdict = above(0, interval);
  return {
    ...words,
    effect: Number.isFinite(estimate) ? Math.exp(estimate) : null,
    interval: known ? { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) } : null,
    verdict,
    explanation: `${verdictInWords(verdict)} The interval is Student's over seeds, each a network of its own.`,
    figures,
    provenance,
  };
}
