import type { ArtifactRef } from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import type { LinearLearningSpec } from '@oblique/linear-learning';
import type { JsonSeed } from '@oblique/random';
import { readArtifactRef, ServiceError } from '@oblique/service';
import { above, atLeast } from './readNumber.js';
import { readStepSeries, type StepSeries } from './stepSeries.js';

const DEFAULT_DEPTH = 1;
const DEFAULT_ACUITY_THRESHOLD = 0.1;

/** A linear autoencoder to be trained, every default filled in. */
export interface LinearPlan {
  readonly kind: 'linear';
  readonly patches: ArtifactRef;
  readonly components: ArtifactRef;
  readonly learning: LinearLearningSpec & { readonly seed: JsonSeed };
  readonly recordedSteps: StepSeries;
}

/** @throws ServiceError INVALID_ARGUMENT naming the field, the value and what is allowed. */
export function readLinearTraining(message: trainingV1.LinearTraining, seed: JsonSeed): LinearPlan {
  const field = (name: string): string => `spec.linear.${name}`;
  return {
    kind: 'linear',
    patches: readArtifactRef(message.patches, field('patches')),
    components: readArtifactRef(message.components, field('components')),
    learning: {
      depth: message.depth || DEFAULT_DEPTH,
      tied: message.tied,
      initialisation: readInitialisation(message.initialisation),
      initialSize: above(0, message.initialSize, field('initial_size')),
      batchSize: atLeast(1, message.batchSize, field('batch_size')),
      learningRate: above(0, message.learningRate, field('learning_rate')),
      steps: atLeast(1, message.steps, field('steps')),
      outputNoise: atLeast(0, message.outputNoise, field('output_noise')),
      seed,
      frequenciesCyclesPerPixel: message.frequenciesCyclesPerPixel.map((frequency, index) =>
        above(0, frequency, `${field('frequencies_cycles_per_pixel')}[${index}]`),
      ),
      acuityThreshold: above(
        0,
        message.acuityThreshold || DEFAULT_ACUITY_THRESHOLD,
        field('acuity_threshold'),
      ),
    },
    recordedSteps: readStepSeries(message.recordedSteps),
  };
}

function readInitialisation(
  initialisation: trainingV1.LinearInitialisation,
): LinearLearningSpec['initialisation'] {
  switch (initialisation) {
    case trainingV1.LinearInitialisation.LINEAR_INITIALISATION_UNSPECIFIED:
    case trainingV1.LinearInitialisation.LINEAR_INITIALISATION_UNIFORM:
      return 'uniform';
    case trainingV1.LinearInitialisation.LINEAR_INITIALISATION_ALIGNED:
      return 'aligned';
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `initialisation = ${initialisation} is unknown; give LINEAR_INITIALISATION_UNIFORM or _ALIGNED.`,
        { field: 'spec.linear.initialisation' },
      );
  }
}
