import type { Claim, Interval } from '@oblique/report';
import { overSeeds, type OverSeeds } from '@oblique/statistics';
import { above } from '../verdicts.js';
import { doseAgreement } from './dose.js';
import { LEARNED_PART_OF_TWIN } from './judgement.js';
import type { Learned } from './learned.js';
import type { Cohort } from './cohort.js';
import {
  asFactor,
  preference,
  preferences,
  residualEffect,
  worldEffect,
  type Place,
  type Trainings,
} from './preferences.js';
import {
  isTold,
  SHIFT_TOLERANCE,
  shiftPeriodDeg,
  shiftVerdict,
  worldShifts,
  type WorldShift,
} from './shifts.js';
import { TASK_WORDS } from './task.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** A cohort with what was measured on it. */
export interface MeasuredCohort {
  readonly cohort: Cohort;
  readonly trainings: Trainings;
  /** Where claims are judged. */
  readonly place: Place;
  /** Undefined where no images were kept out of training. */
  readonly learned: Learned | undefined;
  /** Digests of the observations. */
  readonly provenance: readonly string[];
}

/** What turning the world did to one cohort: the same claims for every task, whatever they come out as. */
export function cohortClaims(
  measured: MeasuredCohort,
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Claim[] {
  const { cohort, trainings, place, learned } = measured;
  const far = cohort.worlds.at(-1);
  if (far === undefined) return [];
  const { confidence } = parameters;
  const claim = claimMaker(measured, parameters);
  const effect = asFactor(worldEffect(trainings, variable, place, confidence));
  const ofWorlds = preferences(trainings, variable, place, confidence).map(asFactor);
  const [original, turned] = [ofWorlds[0], ofWorlds.at(-1)];
  const ratio = `R, mean √D at ${variable.common} over that at ${variable.rare} ${variable.name}s (±${variable.halfWidthDeg}°)`;
  const isOrientation = variable.name === 'orientation';
  const farName = `the world ${far.label}`;
  return [
    ...(learned === undefined ? [] : [learnedClaim(measured, learned, parameters, variable)]),
    claim(
      {
        id: isOrientation ? 'C-SI1b.1' : 'C3.3-preference',
        sentence: `the preference for ${variable.common} ${variable.name}s turns with the world: it is stronger in the ${variable.original} world than in ${farName}.`,
        statistic: `√(R ${variable.original} / R ${far.label}), paired by seed; ${ratio}`,
        threshold: 'above 1',
      },
      effect,
      above(1, effect.interval),
      heterogeneity(trainings, variable, place, confidence),
      [`world-effect-${cohort.slug}`, `stimuli-effect-${variable.name}`, `curves-${cohort.slug}`],
    ),
    ...(original === undefined || turned === undefined
      ? []
      : [
          claim(
            {
              id: 'preference-original',
              sentence: `in the ${variable.original} world, ${variable.common} ${variable.name}s are preferred.`,
              statistic: ratio,
              threshold: 'above 1',
            },
            original,
            above(1, original.interval),
          ),
          claim(
            {
              id: 'preference-turned',
              sentence: `in ${farName}, ${variable.rare} ${variable.name}s are preferred.`,
              statistic: `1 / ${ratio}`,
              threshold: 'above 1',
            },
            inverse(turned),
            above(1, inverse(turned).interval),
          ),
        ]),
    ...worldShifts(trainings, cohort.worlds, variable, place, parameters, 'learned').map((shift) =>
      shiftClaim(shift, claim, parameters, variable),
    ),
    ...doseClaims(trainings, cohort, claim, parameters, variable, place),
    ...(isOrientation ? [residualClaim(trainings, claim, parameters, variable, place, farName)] : []),
  ];
}

/** After training, what stays of R however the world is turned is larger with overlapping pooling than without. */
export function poolingAfterTraining(
  overlapping: MeasuredCohort,
  other: MeasuredCohort,
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Claim[] {
  const residualOf = ({ trainings, place }: MeasuredCohort): number[] => {
    const worlds = [trainings[0] ?? [], trainings.at(-1) ?? []];
    return (worlds[0] ?? []).map(
      (_, seed) =>
        worlds.reduce((sum, seeds) => {
          const sensitivity = seeds[seed];
          return sum + (sensitivity === undefined ? NaN : preference(sensitivity, variable, place));
        }, 0) / 2,
    );
  };
  const without = residualOf(other);
  const difference = asFactor(
    overSeeds(
      residualOf(overlapping).map((value, seed) => value - (without[seed] ?? NaN)),
      parameters.confidence,
    ),
  );
  const claim = claimMaker(overlapping, parameters);
  return [
    claim(
      {
        id: `C-SI1c-trained-${other.cohort.slug}`,
        sentence: `after training too, overlapping pooling adds a preference for cardinal orientations that ${other.cohort.network} does not have.`,
        statistic: `√(R upright · R rotated) of ${overlapping.cohort.network} over that of ${other.cohort.network}, paired by seed`,
        threshold: 'above 1',
      },
      difference,
      above(1, difference.interval),
    ),
  ];
}

type Words = Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold'>;
type ClaimMaker = (
  words: Words,
  effect: OverSeeds | undefined,
  verdict: Claim['verdict'],
  more?: string,
  figures?: readonly string[],
) => Claim;

/** Claims about what a network is sensitive to; where it has not learned its task, none of them has a verdict. */
function claimMaker(
  { cohort, provenance, learned, place: { layers, steps, observations } }: MeasuredCohort,
  { seeds, dataset }: TrainedParameters,
): ClaimMaker {
  const isLearned = learned?.verdict !== 'not learned';
  return (words, effect, verdict, more = '', figures = [`steps-${cohort.slug}`]) => ({
    id: `${words.id}-${cohort.slug}`,
    sentence: `${learning(cohort, dataset)}: ${words.sentence}`,
    statistic: `${words.statistic}; mean of logarithms over ${layers.join(', ')}, the observed steps ${steps.join(', ')}${observations.length > 1 ? ` and the stimuli ${observations.join(', ')}` : ''}`,
    threshold: words.threshold,
    effect: effect?.estimate ?? null,
    interval: effect === undefined || Number.isNaN(effect.interval.low) ? null : effect.interval,
    verdict: isLearned ? verdict : 'not learned',
    explanation:
      (isLearned ? '' : 'The task was not learned, so that nothing follows about what learning does. ') +
      `${more}${seeds.length > 1 ? `Student's interval over ${seeds.length} seeds, each with equal initial weights in all worlds.` : 'One seed has no interval: nothing can be concluded.'}`,
    figures,
    provenance,
  });
}

function learning({ network, task }: Cohort, dataset: string): string {
  return `${network} learning from ${dataset === 'scenes' ? 'synthetic scenes' : 'images'} ${TASK_WORDS[task]}`;
}

function learnedClaim(
  { cohort, provenance }: MeasuredCohort,
  { accuracy, chance, twin, verdict }: Learned,
  { dataset, seeds }: TrainedParameters,
  variable: TurnedVariable,
): Claim {
  const half = twin === undefined ? undefined : LEARNED_PART_OF_TWIN * twin;
  return {
    id: `learned-${cohort.slug}`,
    sentence: `${learning(cohort, dataset)}: the task is learned.`,
    statistic: 'Accuracy after training on images kept out of it, mean over the worlds',
    threshold: `above ${chance.toFixed(3)}, which is guessing${half === undefined ? '' : `, and at least ${half.toFixed(2)}, half of what the twin problem about the other variable reached on explored seeds`}`,
    effect: accuracy.estimate,
    interval: Number.isNaN(accuracy.interval.low) ? null : accuracy.interval,
    verdict,
    explanation:
      verdict === 'not learned'
        ? 'No claim about the sensitivity of these networks is judged.'
        : `A task that was not learned would tell nothing about sensitivity. ${seeds.length > 1 ? `Student's interval over ${seeds.length} seeds.` : 'One seed has no interval.'}`,
    figures: [`learning-${variable.name}`],
    provenance,
  };
}

/** The effect of each stimulus, where there are several: one number over all may hide that they differ. */
function heterogeneity(
  trainings: Trainings,
  variable: TurnedVariable,
  place: Place,
  confidence: number,
): string {
  if (place.observations.length < 2) return '';
  const each = place.observations.map((observation) => {
    const { estimate, interval } = asFactor(
      worldEffect(trainings, variable, { ...place, observations: [observation] }, confidence),
    );
    const range = Number.isNaN(interval.low)
      ? ''
      : ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`;
    return `${observation} ${estimate.toFixed(2)}${range}`;
  });
  return `By stimulus: ${each.join(', ')}. `;
}

function shiftClaim(
  shift: WorldShift,
  claim: ClaimMaker,
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Claim {
  const { world, shiftDeg, interval, explained, explainedUnshifted } = shift;
  const period = shiftPeriodDeg(parameters, variable);
  const id = variable.name === 'hue' ? 'C3.3-shift' : `shift-${world.turnDeg}`;
  const told = isTold(shift, period);
  const words = {
    id,
    sentence: `the sensitivity that is learned is that of the ${variable.original} world turned by ${world.turnDeg}°.`,
    statistic: `Best circular shift in degrees, modulo ${period}°, from the ${variable.original} world's curve of log √D (√D averaged over angles that differ by the period) minus that of the untrained twin to that of the world ${world.label}`,
    threshold: `an interval that holds ${world.turnDeg}°, or lies within ${SHIFT_TOLERANCE * period}° of it, and does not hold 0°`,
  };
  if (!told && parameters.seeds.length > 1)
    return claim(words, undefined, 'inconclusive', 'No shift can be told: its interval spans the circle. ', [
      `shifts-${variable.name}`,
    ]);
  return claim(
    words,
    { estimate: shiftDeg, interval },
    shiftVerdict(shift, period),
    variance(explained, explainedUnshifted),
    [`shifts-${variable.name}`],
  );
}

/** What a curve explains of another; below nothing, it is said in words. */
function variance(explained: number, explainedUnshifted: number): string {
  const percent = (part: number): string =>
    part > 0 ? `${Math.round(100 * part)} % of the turned world's curve` : 'nothing of it';
  return `Shifted, the curve explains ${percent(explained)}; as it is, ${percent(explainedUnshifted)}. `;
}

/** Worlds turned by less lie between the original and the farthest one. */
function doseClaims(
  trainings: Trainings,
  { worlds }: Cohort,
  claim: ClaimMaker,
  { confidence }: TrainedParameters,
  variable: TurnedVariable,
  place: Place,
): Claim[] {
  if (worlds.length < 3) return [];
  const { agreement, isInOrder } = doseAgreement(trainings, variable, place, confidence);
  const ratios = preferences(trainings, variable, place, confidence)
    .map(asFactor)
    .map(({ estimate }, index) => `${estimate.toFixed(2)} in the world ${worlds[index]?.label ?? ''}`);
  return [
    claim(
      {
        id: 'dose',
        sentence: `the more the world is turned (${worlds.map(({ turnDeg }) => `${turnDeg}°`).join(', ')}), the weaker the preference.`,
        statistic:
          "Kendall's τ between the turns of the worlds and the fall of log R in each seed, mean over seeds",
        threshold: 'above 0, and the means over seeds in the same order',
      },
      agreement,
      isInOrder ? above(0, agreement.interval) : 'inconclusive',
      `R is ${ratios.join(', ')}. `,
      [`dose-response-${variable.name}`],
    ),
  ];
}

function residualClaim(
  trainings: Trainings,
  claim: ClaimMaker,
  { confidence }: TrainedParameters,
  variable: TurnedVariable,
  place: Place,
  farName: string,
): Claim {
  const residual = asFactor(residualEffect(trainings, variable, place, confidence));
  return claim(
    {
      id: 'C-SI1b.2',
      sentence: `beside what turns with the world, a preference for ${variable.common} orientations stays in ${farName}, which the architecture has of itself.`,
      statistic: '√(R upright · R rotated), paired by seed, which a pure shift makes 1',
      threshold: 'above 1',
    },
    residual,
    above(1, residual.interval),
  );
}

function inverse({ estimate, interval }: OverSeeds): { estimate: number; interval: Interval } {
  return {
    estimate: 1 / estimate,
    interval: { ...interval, low: 1 / interval.high, high: 1 / interval.low },
  };
}
