import type { Claim } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { mean } from 'simple-statistics';
import { asFactor, preference, worldEffect } from '../trained-controls/preferences.js';
import { ORIENTATION } from '../trained-controls/turnedVariable.js';
import type { MeasuredCohort } from './cohort.js';
import { OBJECTIVES } from './objective.js';
import { above, everywhere, verdictInWords } from '../verdicts.js';

const FIGURES = ['objectives-effect', 'objectives-curves', 'objectives-steps'];
const STATISTIC =
  '√(R natural / R turned), R = mean √D at cardinals over that at obliques (±10°), paired by seed';

type Words = Pick<Claim, 'id' | 'sentence' | 'statistic'>;

/**
 * Whether sensitivity follows the images, for each objective, for all of them, and whether labels of orientation matter.
 * The threshold is that of no effect, 1: equal weights in equal worlds have it exactly.
 */
export function objectivesClaims(cohorts: readonly MeasuredCohort[], confidence: number): Claim[] {
  const own = cohorts.map((cohort) => followsClaim(cohort, confidence));
  return [...own, ...allClaim(own, cohorts), ...labelsClaim(cohorts, confidence)];
}

/** What the world does to R: above 1 where sensitivity follows it. */
export function effectOf({ trainings, place }: MeasuredCohort, confidence: number): OverSeeds {
  return asFactor(worldEffect(trainings, ORIENTATION, place, confidence));
}

function followsClaim(cohort: MeasuredCohort, confidence: number): Claim {
  const { objective, place, loss, provenance } = cohort;
  return claim(
    {
      id: `OB.1-${objective}`,
      sentence: `A network that ${OBJECTIVES[objective].words} is more sensitive to the orientations that are common in its images.`,
      statistic: `${STATISTIC}; mean of logarithms over ${place.layers.join(', ')} and the observed steps ${place.steps.join(', ')}`,
    },
    effectOf(cohort, confidence),
    `Its loss fell from ${loss.first.toPrecision(3)} in the first to ${loss.last.toPrecision(3)} in the last tenth of the steps.`,
    provenance,
  );
}

/** The one that follows least decides. */
function allClaim(own: readonly Claim[], cohorts: readonly MeasuredCohort[]): Claim[] {
  const [first, ...others] = own;
  if (first === undefined || others.length === 0) return [];
  const least = others.reduce((low, other) => ((other.effect ?? 0) < (low.effect ?? 0) ? other : low), first);
  return [
    {
      ...least,
      id: 'OB.2',
      sentence: 'Sensitivity follows the statistics of the images whatever the objective.',
      statistic: `${STATISTIC}; the smallest of ${own.length} objectives`,
      verdict: everywhere(own.map(({ verdict }) => verdict)),
      explanation: `Supported where every objective's claim is; not supported where one is refuted. The smallest effect is that of ${least.id}.`,
      provenance: cohorts.flatMap(({ provenance }) => provenance),
    },
  ];
}

/** Supervision by orientation against learning without labels (eqs. 10 and 11 against eq. 7). */
function labelsClaim(cohorts: readonly MeasuredCohort[], confidence: number): Claim[] {
  const labelled = cohorts.find(({ objective }) => objective === 'orientation');
  const without = cohorts.filter(({ objective }) => OBJECTIVES[objective].kind === 'self-supervised');
  if (labelled === undefined || without.length === 0) return [];
  const others = without.map(logEffects);
  const quotient = logEffects(labelled).map(
    (value, seed) => value - mean(others.map((effects) => effects[seed] ?? NaN)),
  );
  return [
    claim(
      {
        id: 'OB.3',
        sentence:
          'A network that is taught orientations follows the images more than networks without labels.',
        statistic: `${STATISTIC}: that of orientation over the geometric mean of ${without.map(({ objective }) => objective).join(' and ')}`,
      },
      asFactor(overSeeds(quotient, confidence)),
      'By eq. 7 a network without labels learns by variance alone; by eq. 10 labels add to it.',
      [labelled, ...without].flatMap(({ provenance }) => provenance),
    ),
  ];
}

/** log of what the world does to R, seed by seed. */
function logEffects({ trainings, place }: MeasuredCohort): number[] {
  const [natural = [], turned = []] = trainings.map((seeds) =>
    seeds.map((sensitivity) => preference(sensitivity, ORIENTATION, place)),
  );
  return natural.map((value, seed) => (value - (turned[seed] ?? NaN)) / 2);
}

function claim(
  words: Words,
  { estimate, interval }: OverSeeds,
  detail: string,
  provenance: readonly string[],
): Claim {
  const verdict = above(1, interval);
  return {
    ...words,
    threshold: 'above 1',
    effect: estimate,
    interval: Number.isNaN(interval.low) ? null : interval,
    verdict,
    explanation: `${verdictInWords(verdict)} ${detail} The interval is Student's over seeds, each with equal initial weights in both worlds.`,
    figures: FIGURES,
    provenance,
  };
}
