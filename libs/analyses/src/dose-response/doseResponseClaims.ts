import type { Claim } from '@oblique/report';
import { preferenceClaim } from '../gratings-grid/preferenceClaim.js';
import { preferenceAt } from '../gratings-grid/preference.js';
import { overSeedsClaim } from '../linear/seedClaim.js';
import { above, within } from '@oblique/study';
import { LAYERS, type LearnedDose } from './doses.js';
import type { DoseResponseParameters } from './doseResponseParameters.js';
import { layerPowers, powersOf, responsesOf } from './responses.js';

/** What the Fisher information that efficient coding asks for is of the prior. */
const EFFICIENT_POWER = 2;
const POWER_TOLERANCE = 0.5;
const STRAIGHT = 0.9;

export function doseResponseClaims(
  doses: readonly LearnedDose[],
  parameters: DoseResponseParameters,
): Claim[] {
  const { confidence, tolerance, steps } = parameters;
  const common = {
    confidence,
    figures: ['dose-response-line', 'dose-response-power'],
    provenance: doses.flatMap(({ learned }) => learned.map(({ digest }) => digest)),
    explanation: '',
  };
  const over = 'over the last four fifths of the steps';
  const responses = new Map(doses.map((each) => [each.dose.steepness, responsesOf(each, parameters)]));
  const averaged = powersOf(doses, ({ dose }, seed) => responses.get(dose.steepness)?.[seed] ?? NaN);
  const atEnd = powersOf(doses, ({ learned }, seed) => {
    const one = learned[seed];
    return one === undefined ? NaN : preferenceAt(one, steps);
  });
  const tolerated = `between ${(1 / tolerance).toFixed(2)} and ${tolerance}`;
  const flat = responses.get(0);
  return [
    overSeedsClaim({
      ...common,
      id: 'DR.1',
      sentence: 'The more frequent an orientation is, the more sensitive the network becomes to it.',
      statistic: `Power k of D ∝ p^k: slope of log D(90°)/D(0°) ${over}, on log p(90°)/p(0°)`,
      threshold: 'above 0',
      values: averaged.map(({ k }) => k),
      judge: (interval) => above(0, interval),
    }),
    ...(flat === undefined
      ? []
      : [
          preferenceClaim({
            ...common,
            id: 'DR.2',
            sentence: 'Without a prior there is no preference.',
            statistic: `D(90°)/D(0°) at steepness 0, ${over}`,
            threshold: `${tolerated}, as for the controls of label-noise`,
            logRatios: flat,
            judge: (interval) => within(0, Math.log(tolerance), interval),
          }),
        ]),
    ...[...responses].flatMap(([steepness, logRatios]) => {
      const turned = responses.get(-steepness);
      if (steepness <= 0 || turned === undefined) return [];
      return [
        preferenceClaim({
          ...common,
          id: `DR.3-${steepness}`,
          sentence: `A prior that is turned around (steepness ±${steepness}) turns the preference around, as strong as before.`,
          statistic: `Product of D(90°)/D(0°) at steepness ${steepness} and −${steepness}, ${over}`,
          threshold: `${tolerated}: pixels and windows favour neither`,
          logRatios: logRatios.map((value, seed) => value + (turned[seed] ?? NaN)),
          judge: (interval) => within(0, Math.log(tolerance), interval),
        }),
      ];
    }),
    overSeedsClaim({
      ...common,
      id: 'DR.4',
      sentence: 'Dose and response are a power law: on logarithmic axes a straight line.',
      statistic: `R² of that line, ${over}`,
      threshold: `above ${STRAIGHT}`,
      values: averaged.map(({ rSquared }) => rSquared),
      judge: (interval) => above(STRAIGHT, interval),
    }),
    overSeedsClaim({
      ...common,
      id: 'DR.5',
      sentence: 'When training ends, the power is that of efficient coding.',
      statistic: `Power k at step ${steps}`,
      threshold: `${EFFICIENT_POWER} ± ${POWER_TOLERANCE}: sensors that maximise information have √D ∝ p (Ganguli and Simoncelli 2014)`,
      values: atEnd.map(({ k }) => k),
      judge: (interval) => within(EFFICIENT_POWER, POWER_TOLERANCE, interval),
    }),
    overSeedsClaim({
      ...common,
      id: 'DR.6',
      sentence: 'The power grows with depth, as the oblique effect does.',
      statistic: `k of ${LAYERS.at(-1)} less that of ${LAYERS[0]}, ${over}, seed by seed`,
      threshold: 'above 0',
      values: differences(
        layerPowers(doses, LAYERS.length - 1, parameters),
        layerPowers(doses, 0, parameters),
      ),
      judge: (interval) => above(0, interval),
    }),
  ];
}

function differences(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, seed) => value - (others[seed] ?? NaN));
}
