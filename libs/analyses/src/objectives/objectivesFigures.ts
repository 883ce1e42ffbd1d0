import { intervalPlot, stepCurves, type Figure, type StepLine } from '@oblique/report';
import { mean } from 'simple-statistics';
import { factorLine } from '../trained-controls/factorLine.js';
import type { LearnedSensitivity } from '../trained-controls/learnedSensitivity.js';
import { asFactor, meanOver, worldEffect, type Place } from '../trained-controls/preferences.js';
import { ORIENTATION } from '../trained-controls/turnedVariable.js';
import { WORLDS, type MeasuredCohort } from './cohort.js';
import { OBJECTIVES } from './objective.js';
import { effectOf } from './objectivesClaims.js';
import type { ObjectivesParameters } from './objectivesParameters.js';
import { above } from '../verdicts.js';

/** Every figure of the report, in its order. */
export async function objectivesFigures(
  cohorts: readonly MeasuredCohort[],
  { confidence, seeds }: Pick<ObjectivesParameters, 'confidence' | 'seeds'>,
): Promise<Figure[]> {
  const provenance = cohorts.flatMap((cohort) => cohort.provenance);
  const intervals =
    seeds.length > 1
      ? `${100 * confidence} % intervals (Student) over ${seeds.length} seeds`
      : 'one seed: no intervals';
  const [first] = cohorts;
  const [shown] = first?.trainings.flat() ?? [];
  if (first === undefined || shown === undefined) return [];
  const { steps, layers, anglesDeg } = shown;
  const last = steps.at(-1) ?? 0;
  const judged = first.place.layers.join(', ');
  const curves = cohorts.map(({ objective, trainings, place }) => ({
    name: OBJECTIVES[objective].label,
    lines: [
      ...WORLDS.map(({ label }, world) =>
        curveLine(label, trainings[world] ?? [], { ...place, steps: [last] }, confidence),
      ),
      curveLine('untrained', trainings[0] ?? [], { ...place, steps: [0] }, confidence),
    ],
  }));
  const farthest = Math.max(
    ...curves.flatMap(({ lines }) =>
      lines.flatMap(({ values }) => Array.from(values, (value) => Math.abs(Math.log(value)))),
    ),
  );
  const reach = Math.exp(1.5 * farthest);
  return [
    await intervalPlot({
      id: 'objectives-effect',
      title: 'What the prior of the images does to the preference, by objective',
      caption:
        `√(R of the natural world / R of the world turned by 45°), R the mean √D at cardinals over that at obliques, ` +
        `geometric mean over ${judged} and the judged steps; ${intervals}. Above 1: sensitivity follows the images.`,
      provenance,
      items: cohorts.map((cohort) => {
        const { estimate, interval } = effectOf(cohort, confidence);
        return {
          name: OBJECTIVES[cohort.objective].label,
          effect: estimate,
          low: interval.low,
          high: interval.high,
          verdict: above(1, interval),
        };
      }),
      valueTitle: '√(R natural / R turned)',
      reference: 1,
    }),
    await stepCurves({
      id: 'objectives-curves',
      title: 'Sensitivity to orientation in both worlds, by objective',
      caption:
        `D over its geometric mean after ${last} steps, the same over ${judged} and ` +
        `over orientations 90° apart, which the prior does not tell apart. The untrained twin is step 0, the same in both worlds. Bands are ${intervals}; where they reach ` +
        'much farther than the lines they are cut off.',
      provenance,
      axis: {
        name: 'orientation',
        title: 'orientation modulo 90° (degrees)',
        values: anglesDeg.slice(0, anglesDeg.length / 2),
      },
      value: {
        name: 'sensitivity',
        title: 'D / geometric mean of D',
        scale: 'log',
        domain: [1 / reach, reach],
      },
      panels: curves,
      colours: 'categorical',
      legendTitle: 'world',
    }),
    await stepCurves({
      id: 'objectives-steps',
      title: 'What the prior does while the networks learn, by layer',
      caption:
        '√(R natural / R turned) by layer, the readout included, geometric mean over seeds; intervals are in the first ' +
        'figure. At step 0 it is 1.',
      provenance,
      axis: {
        name: 'step',
        title: 'step of training',
        scale: 'log',
        values: steps,
      },
      value: { name: 'effect', title: '√(R natural / R turned)', scale: 'log' },
      panels: cohorts.map(({ objective, trainings, place }) => ({
        name: OBJECTIVES[objective].label,
        lines: layers.map((layer) => ({
          name: layer,
          values: steps.map((step) => {
            const at = { ...place, layers: [layer], steps: [step] };
            return asFactor(worldEffect(trainings, ORIENTATION, at, confidence)).estimate;
          }),
        })),
      })),
      colours: 'ordered',
      legendTitle: 'layer, early to late',
      references: [{ along: 'y', at: 1 }],
    }),
  ];
}

/** D over its geometric mean, geometric mean over a place, orientations 90° apart and seeds. */
function curveLine(
  name: string,
  seeds: readonly LearnedSensitivity[],
  place: Place,
  confidence: number,
): StepLine {
  const curves = seeds.map(({ anglesDeg, d }) => {
    const half = anglesDeg.length / 2;
    const logD = Array.from({ length: half }, (_, angle) =>
      meanOver(place, (observation, layer, step) => {
        const curve = d(observation, layer, step);
        const [one = NaN, other = NaN] = [curve[angle], curve[angle + half]];
        return Math.log(one * other) / 2;
      }),
    );
    const level = mean(logD);
    return logD.map((value) => value - level);
  });
  return factorLine(name, curves, confidence);
}
