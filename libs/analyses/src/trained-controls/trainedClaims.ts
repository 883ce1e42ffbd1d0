import type { Claim, Interval } from '@oblique/report';
import type { OverSeeds } from '@oblique/statistics';
import { above, everywhere, within } from '../verdicts.js';
import type { Cohort } from './cohort.js';
import {
  asFactor,
  judgedPlace,
  preference,
  preferences,
  residualEffect,
  worldEffect,
  type Place,
  type Trainings,
} from './preferences.js';
import { overSeeds } from '@oblique/statistics';
import { shiftPeriodDeg, worldShifts, type WorldShift } from './shifts.js';
import { TASK_WORDS } from './task.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** A cohort with what was measured on it. */
export interface MeasuredCohort {
  readonly cohort: Cohort;
  readonly trainings: Trainings;
  /** Digests of the observations. */
  readonly provenance: readonly string[];
}

/** How far the shift of a curve may be from the world's turn, as a part of the period within which shifts differ. */
const SHIFT_TOLERANCE = 1 / 8;

/** What turning the world did to one cohort: the same claims for every task, whatever they come out as. */
export function cohortClaims(
  measured: MeasuredCohort,
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Claim[] {
  const { cohort, trainings } = measured;
  const first = trainings[0]?.[0];
  const far = cohort.worlds.at(-1);
  if (first === undefined || far === undefined) return [];
  const place = judgedPlace(first, parameters.judgedFrom);
  const { confidence } = parameters;
  const claim = claimMaker(measured, parameters, place);
  const effect = asFactor(worldEffect(trainings, variable, place, confidence));
  const ofWorlds = preferences(trainings, variable, place, confidence).map(asFactor);
  const [original, turned] = [ofWorlds[0], ofWorlds.at(-1)];
  const ratio = `R, mean √D at ${variable.common} over that at ${variable.rare} ${variable.name}s (±${variable.halfWidthDeg}°)`;
  const isOrientation = variable.name === 'orientation';
  const farName = `the world ${far.label}`;
  return [
    claim(
      {
        id: isOrientation ? 'C-SI1b.1' : 'C3.3-preference',
        sentence: `turning the world turns the preference: in ${farName}, sensitivity falls where the ${variable.original} world prefers it and rises between.`,
        statistic: `√(R ${variable.original} / R ${far.label}), paired by seed; ${ratio}`,
        threshold: 'above 1',
      },
      effect,
      above(1, effect.interval),
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
    ...betweenClaims(trainings, cohort, claim, parameters, variable, place),
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
  const first = overlapping.trainings[0]?.[0];
  const second = other.trainings[0]?.[0];
  if (first === undefined || second === undefined) return [];
  const residualOf = ({ trainings }: MeasuredCohort, of: Parameters<typeof judgedPlace>[0]): number[] => {
    const place = judgedPlace(of, parameters.judgedFrom);
    const worlds = [trainings[0] ?? [], trainings.at(-1) ?? []];
    return (worlds[0] ?? []).map(
      (_, seed) =>
        worlds.reduce((sum, seeds) => {
          const sensitivity = seeds[seed];
          return sum + (sensitivity === undefined ? NaN : preference(sensitivity, variable, place));
        }, 0) / 2,
    );
  };
  const without = residualOf(other, second);
  const difference = asFactor(
    overSeeds(
      residualOf(overlapping, first).map((value, seed) => value - (without[seed] ?? NaN)),
      parameters.confidence,
    ),
  );
  const claim = claimMaker(overlapping, parameters, judgedPlace(first, parameters.judgedFrom));
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
type ClaimMaker = (words: Words, effect: OverSeeds, verdict: Claim['verdict'], more?: string) => Claim;

function claimMaker(
  { cohort, provenance }: MeasuredCohort,
  { seeds, dataset }: TrainedParameters,
  { layers, steps, observations }: Place,
): ClaimMaker {
  const images = dataset === 'scenes' ? 'synthetic scenes' : 'images';
  return (words, effect, verdict, more = '') => ({
    id: `${words.id}-${cohort.slug}`,
    sentence: `${cohort.network} learning from ${images} ${TASK_WORDS[cohort.task]}: ${words.sentence}`,
    statistic: `${words.statistic}; mean of logarithms over the deep half of the layers (${layers.join(', ')}), the observed steps ${steps.join(', ')}${observations.length > 1 ? ` and ${observations.length} stimuli` : ''}`,
    threshold: words.threshold,
    effect: effect.estimate,
    interval: Number.isNaN(effect.interval.low) ? null : effect.interval,
    verdict,
    explanation: `${more}${seeds.length > 1 ? `Student's interval over ${seeds.length} seeds, each with equal initial weights in all worlds.` : 'One seed has no interval: nothing can be concluded.'}`,
    figures: [`curves-${cohort.slug}`, `difference-${cohort.slug}`, `steps-${cohort.slug}`],
    provenance,
  });
}

function shiftClaim(
  { world, shiftDeg, interval, explained, explainedUnshifted }: WorldShift,
  claim: ClaimMaker,
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Claim {
  const period = shiftPeriodDeg(parameters, variable);
  const tolerance = SHIFT_TOLERANCE * period;
  const id = variable.name === 'hue' ? 'C3.3-shift' : `shift-${world.turnDeg}`;
  return claim(
    {
      id,
      sentence: `the sensitivity that is learned turns with the world by ${world.turnDeg}°.`,
      statistic: `Best circular shift in degrees, modulo ${period}°, from the ${variable.original} world's curve of log D minus that of the untrained twin to that of the world ${world.label}`,
      threshold: `within ${tolerance}° of ${world.turnDeg}°`,
    },
    { estimate: shiftDeg, interval },
    within(world.turnDeg, tolerance, interval),
    `The shifted curve explains ${percent(explained)} of the turned world's curve, the unshifted one ${percent(explainedUnshifted)}. `,
  );
}

/** Worlds turned by less lie between the original and the farthest one. */
function betweenClaims(
  trainings: Trainings,
  { worlds }: Cohort,
  claim: ClaimMaker,
  { confidence }: TrainedParameters,
  variable: TurnedVariable,
  place: Place,
): Claim[] {
  return worlds.slice(1, -1).map((world, index) => {
    const step = (from: Trainings[number], to: Trainings[number]): OverSeeds =>
      worldEffect([from, to], variable, place, confidence);
    const middle = trainings[index + 1] ?? [];
    const steps = [step(trainings[0] ?? [], middle), step(middle, trainings.at(-1) ?? [])].map(asFactor);
    const weaker = steps.reduce((weakest, other) => (other.estimate < weakest.estimate ? other : weakest));
    return claim(
      {
        id: `between-${world.turnDeg}`,
        sentence: `the preference in the world ${world.label} lies between those of the worlds turned less and more.`,
        statistic: '√ of the factor by which R falls from each world to the next; the smaller of the two',
        threshold: 'above 1 for both',
      },
      weaker,
      everywhere(steps.map(({ interval }) => above(1, interval))),
    );
  });
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
      sentence: `${farName} does not give a purely shifted curve: a preference for ${variable.common} orientations stays, which the architecture has of itself.`,
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

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}
