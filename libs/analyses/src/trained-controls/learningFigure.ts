import { stepCurves, type Figure } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import type { Cohort } from './cohort.js';
import type { HeldOutAccuracy } from './heldOutAccuracy.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** A cohort with how well it learned, world by world, in each seed by seed; undefined where no images were kept out. */
export interface LearningCohort {
  readonly cohort: Cohort;
  readonly accuracies: readonly (readonly (HeldOutAccuracy | undefined)[])[];
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
    panels: learned.map(({ cohort, accuracies }) => ({
      name: cohort.label,
      lines: cohort.worlds.map(({ label, colour }, world) => {
        const seeds = (accuracies[world] ?? []).flatMap((one) => one ?? []);
        const steps = seeds[0]?.steps ?? [];
        const values = steps.map((_, index) =>
          overSeeds(
            seeds.map(({ accuracy }) => accuracy[index] ?? NaN),
            confidence,
          ),
        );
        return {
          name: label,
          colour,
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
