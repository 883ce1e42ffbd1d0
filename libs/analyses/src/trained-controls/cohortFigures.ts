import { intervalPlot, stepCurves, type Figure, type StepLine, type StepPanel } from '@oblique/report';
import { curveDifference, overSeeds, type OverSeeds } from '@oblique/statistics';
import type { LearnedSensitivity } from './learnedSensitivity.js';
import { asFactor, preferences, worldEffect, type Place } from './preferences.js';
import { isTold, shiftPeriodDeg, worldShifts } from './shifts.js';
import type { MeasuredCohort } from './trainedClaims.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** Layers that get a panel of their own. */
const SHOWN_LAYERS = 8;

/** The figures of one cohort: curves, their differences, and R over the steps of training. */
export async function cohortFigures(
  measured: MeasuredCohort,
  parameters: TrainedParameters,
  variable: TurnedVariable,
  figureName: string,
): Promise<Figure[]> {
  const { cohort, trainings, place, provenance } = measured;
  const first = trainings[0]?.[0];
  if (first === undefined) return [];
  const layers = spread(first.layers);
  const last = first.steps.at(-1) ?? 0;
  const { confidence, protocol } = parameters;
  const quantity = protocol === 'text' ? 'D / mean D' : '√D / Σ √D';
  const bands =
    parameters.seeds.length > 1
      ? `Bands are ${100 * confidence} % intervals over ${parameters.seeds.length} seeds.`
      : 'One seed: no intervals.';
  const axis = {
    name: variable.name,
    title: `${variable.name} (degrees)`,
    values: first.anglesDeg,
    ticks: Array.from({ length: 5 }, (_, index) => (variable.periodDeg * index) / 4),
  };
  const curves = (layer: string, world: number): number[][] =>
    (trainings[world] ?? []).map((sensitivity) =>
      shownCurve(sensitivity, place.observations, layer, last, protocol),
    );
  const panels = (lines: (layer: string) => StepLine[]): StepPanel[] =>
    layers.map((layer) => ({ name: layer, lines: lines(layer) }));
  const at = (layer: string, step: number): Place => ({
    observations: place.observations,
    layers: [layer],
    steps: [step],
  });
  const stimuli = place.observations.length > 1 ? `, mean over ${place.observations.join(' and ')}` : '';
  const sensitivity = panels((layer) =>
    cohort.worlds.map(({ label, colour }, world) => ({
      ...line(label, averages(curves(layer, world), confidence)),
      colour,
    })),
  );
  const differences = panels((layer) =>
    cohort.worlds.slice(1).map(({ label, colour }, index) => ({
      ...line(label, curveDifference(curves(layer, 0), curves(layer, index + 1), confidence)),
      colour,
    })),
  );
  const reach = 1.5 * largest(differences);
  return [
    await stepCurves({
      id: `curves-${cohort.slug}`,
      title: `${cohort.label}: sensitivity to ${variable.name} after training (${figureName})`,
      caption: `${quantity} after ${last} steps by layer and world${stimuli}. Common in the ${variable.original} world are ${variable.commonDeg.join('° and ')}°, in a turned one those that much farther on. ${bands}`,
      provenance,
      axis,
      value: { name: 'sensitivity', title: quantity, domain: [0, 1.5 * largest(sensitivity)] },
      panels: sensitivity,
      colours: 'categorical',
      legendTitle: 'world',
    }),
    await stepCurves({
      id: `difference-${cohort.slug}`,
      title: `${cohort.label}: what turning the world changes (${figureName})`,
      caption: `Difference of ${quantity} to the ${variable.original} world after ${last} steps, paired by seed${stimuli}. ${bands}`,
      provenance,
      axis,
      value: { name: 'difference', title: `difference of ${quantity}`, domain: [-reach, reach] },
      panels: differences,
      colours: 'categorical',
      legendTitle: 'world',
      references: [{ along: 'y', at: 0 }],
    }),
    await stepCurves({
      id: `steps-${cohort.slug}`,
      title: `${cohort.label}: preference for ${variable.common} ${variable.name}s while it learns`,
      caption:
        `R, mean √D at ${variable.common} over that at ${variable.rare} ${variable.name}s (±${variable.halfWidthDeg}°), ` +
        `geometric mean over seeds${stimuli}. Dashed: the untrained twin, which is step 0 of the same trainings. ${bands}`,
      provenance,
      axis: { name: 'step', title: 'step of training', scale: 'log', values: first.steps },
      value: { name: 'ratio', title: `R, ${variable.common} / ${variable.rare}`, scale: 'log' },
      panels: panels((layer) => {
        const overSteps = first.steps.map((step) =>
          preferences(trainings, variable, at(layer, step), confidence).map(asFactor),
        );
        return cohort.worlds.map(({ label, colour }, world) => {
          const values = overSteps.flatMap((worlds) => worlds[world] ?? []);
          const untrained = values[0]?.estimate ?? NaN;
          return { ...line(label, values), colour, theory: values.map(() => untrained) };
        });
      }),
      colours: 'categorical',
      legendTitle: 'world',
      theoryName: 'untrained twin',
      references: [{ along: 'y', at: 1 }],
    }),
    await stepCurves({
      id: `world-effect-${cohort.slug}`,
      title: `${cohort.label}: what the world does to the preference, by layer`,
      caption:
        '√(R of the original world / R of the farthest world) while the networks learn: what architecture and pixels ' +
        `add is the same in both and cancels. Above 1: the preference follows the world${stimuli}. Judged are ${place.layers.join(', ')} from step ${place.steps[0]} on. ${bands}`,
      provenance,
      axis: { name: 'step', title: 'step of training', scale: 'log', values: first.steps },
      value: { name: 'effect', title: '√(R original / R turned)', scale: 'log' },
      panels: panels((layer) => [
        line(
          'effect of the world',
          first.steps.map((step) => asFactor(worldEffect(trainings, variable, at(layer, step), confidence))),
        ),
      ]),
      colours: 'categorical',
      legendTitle: '',
      references: [{ along: 'y', at: 1 }],
    }),
  ];
}

/** Figures that lay the cohorts side by side. */
export async function comparingFigures(
  measured: readonly MeasuredCohort[],
  parameters: TrainedParameters,
  variable: TurnedVariable,
): Promise<Figure[]> {
  const { confidence } = parameters;
  const provenance = measured.flatMap((cohort) => cohort.provenance);
  const placed = measured.flatMap((cohort) => {
    const first = cohort.trainings[0]?.[0];
    return first === undefined ? [] : [{ ...cohort, first }];
  });
  const judged =
    'Geometric mean over the blocks between stem and readout, the judged steps and the judged stimuli.';
  const effect = ({ trainings }: Pick<MeasuredCohort, 'trainings'>, place: Place): OverSeeds =>
    asFactor(worldEffect(trainings, variable, place, confidence));
  return [
    await stepCurves({
      id: `dose-response-${variable.name}`,
      title: 'The preference over the turn of the world',
      caption: `R by the turn of the world. ${judged} Bands are intervals over seeds.`,
      provenance,
      axis: { name: 'turnDeg', title: 'turn of the world (degrees)' },
      value: { name: 'ratio', title: `R, ${variable.common} / ${variable.rare}`, scale: 'log' },
      panels: [
        {
          name: '',
          lines: placed.map(({ cohort, trainings, place }) => ({
            x: cohort.worlds.map(({ turnDeg }) => turnDeg),
            ...line(cohort.label, preferences(trainings, variable, place, confidence).map(asFactor)),
          })),
        },
      ],
      colours: 'categorical',
      legendTitle: 'network and task',
      references: [{ along: 'y', at: 1 }],
    }),
    await intervalPlot({
      id: `shifts-${variable.name}`,
      title: 'The turn of the sensitivity that is learned',
      caption:
        `Best circular shift, modulo ${shiftPeriodDeg(parameters, variable)}°, from the original world's curve to that of ` +
        'each turned world: of log √D minus that of the untrained twin (learned), and of log √D (whole), √D being averaged over angles that differ by that period. Where the ' +
        'interval spans the circle, no shift can be told.',
      provenance,
      items: placed.flatMap(({ cohort, trainings, place }) =>
        (['learned', 'whole'] as const).flatMap((quantity) =>
          worldShifts(trainings, cohort.worlds, variable, place, parameters, quantity).map((shift) => {
            const { world, shiftDeg, interval } = shift;
            const name = `${cohort.label}: ${world.turnDeg}°, ${quantity}`;
            return isTold(shift, shiftPeriodDeg(parameters, variable)) || parameters.seeds.length === 1
              ? { name, effect: shiftDeg, low: interval.low, high: interval.high }
              : { name: `${name}: no shift can be told`, effect: null };
          }),
        ),
      ),
      valueTitle: 'shift (degrees)',
      reference: 0,
    }),
    await intervalPlot({
      id: `stimuli-effect-${variable.name}`,
      title: 'The effect of the world by stimulus',
      caption: `√(R of the original world / R of the farthest world) for each stimulus: claims are judged on the first; the counter-examples below them are shown only. Geometric mean over the blocks between stem and readout and the judged steps.`,
      provenance,
      items: placed.flatMap((one) =>
        one.first.observations.map((observation) => {
          const { estimate, interval } = effect(one, { ...one.place, observations: [observation] });
          return {
            name: `${one.cohort.label}: ${observation}${one.place.observations.includes(observation) ? '' : ' (counter-example)'}`,
            effect: estimate,
            low: interval.low,
            high: interval.high,
          };
        }),
      ),
      valueTitle: '√(R original / R turned)',
      reference: 1,
    }),
  ];
}

/** A layer's curve, averaged over the stimuli after each was normalised. */
function shownCurve(
  { d }: LearnedSensitivity,
  observations: readonly string[],
  layer: string,
  step: number,
  protocol: TrainedParameters['protocol'],
): number[] {
  const curves = observations.map((observation) => {
    const values = d(observation, layer, step).map((value) =>
      protocol === 'text' ? value : Math.sqrt(value),
    );
    const sum = values.reduce((total, value) => total + value, 0);
    return values.map((value) => (protocol === 'text' ? value * values.length : value) / sum);
  });
  return (curves[0] ?? []).map(
    (_, angle) => curves.reduce((total, curve) => total + (curve[angle] ?? NaN), 0) / curves.length,
  );
}

function averages(seeds: readonly (readonly number[])[], confidence: number): OverSeeds[] {
  return (seeds[0] ?? []).map((_, place) =>
    overSeeds(
      seeds.map((curve) => curve[place] ?? NaN),
      confidence,
    ),
  );
}

function line(name: string, values: readonly OverSeeds[]): StepLine {
  return {
    name,
    values: values.map(({ estimate }) => estimate),
    low: values.map(({ interval }) => interval.low),
    high: values.map(({ interval }) => interval.high),
  };
}

/** The farthest that any line's values are from zero; bands of few seeds reach much farther, and are cut off. */
function largest(panels: readonly StepPanel[]): number {
  const values = panels.flatMap(({ lines }) => lines.flatMap((one) => Array.from(one.values, Math.abs)));
  return values.filter(Number.isFinite).reduce((most, value) => Math.max(most, value), 1e-12);
}

/** At most so many layers, evenly over the depth, the first and the last among them. */
function spread(layers: readonly string[]): string[] {
  if (layers.length <= SHOWN_LAYERS) return [...layers];
  return Array.from(
    { length: SHOWN_LAYERS },
    (_, index) => layers[Math.round((index * (layers.length - 1)) / (SHOWN_LAYERS - 1))] ?? '',
  );
}
