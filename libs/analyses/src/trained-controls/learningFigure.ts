import { readNpz, toNumbers } from '@oblique/arrays';
import { stepCurves, type Figure } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import type { Cohort } from './cohort.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** A cohort with the `metrics.npz` of its trainings, world by world, in each seed by seed. */
export interface LearningCohort {
  readonly cohort: Cohort;
  readonly metrics: readonly (readonly Uint8Array[])[];
  readonly provenance: readonly string[];
}

/** How well the networks learned: held-out accuracy at the observed steps. */
export async function learningFigure(
  learned: readonly LearningCohort[],
  { confidence }: TrainedParameters,
  { name }: TurnedVariable,
): Promise<Figure> {
  return stepCurves({
    id: `learning-${name}`,
    title: 'Accuracy while the networks learn',
    caption: 'Accuracy on images kept out of training; bands are intervals over seeds.',
    provenance: learned.flatMap(({ provenance }) => provenance),
    axis: { name: 'step', title: 'step of training', scale: 'log' },
    value: { name: 'accuracy', title: 'held-out accuracy' },
    panels: learned.map(({ cohort, metrics }) => ({
      name: cohort.label,
      lines: cohort.worlds.map(({ label }, world) => {
        const seeds = (metrics[world] ?? []).map(heldOutAccuracy);
        const steps = seeds[0]?.steps ?? [];
        const values = steps.map((_, index) =>
          overSeeds(
            seeds.map(({ accuracy }) => accuracy[index] ?? NaN),
            confidence,
          ),
        );
        return {
          name: label,
          x: steps,
          values: values.map(({ estimate }) => estimate),
          low: values.map(({ interval }) => interval.low),
          high: values.map(({ interval }) => interval.high),
        };
      }),
    })),
    colours: 'categorical',
    legendTitle: 'world',
  });
}

function heldOutAccuracy(file: Uint8Array): { steps: number[]; accuracy: number[] } {
  const arrays = readNpz(file, 'the metrics of a training');
  const numbers = (name: string): number[] =>
    Array.from(toNumbers(arrays.get(name) ?? { dtype: 'float64', shape: [0], data: new Float64Array() }));
  return { steps: numbers('heldOutStep'), accuracy: numbers('heldOutAccuracy') };
}
