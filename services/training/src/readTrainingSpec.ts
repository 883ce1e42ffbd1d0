import { ServiceError } from '@oblique/service';
import { seedFrom } from '@oblique/random';
import { readLinearTraining } from './readLinearTraining.js';
import { readNetworkTraining } from './readNetworkTraining.js';
import type { TrainingSpec } from './trainingMessage.js';
import type { TrainingPlan } from './trainingPlan.js';

/**
 * The specification out of a request.
 * @throws ServiceError naming the field, the value and what is allowed.
 */
export function readTrainingSpec(spec: TrainingSpec | undefined): TrainingPlan {
  switch (spec?.learner?.$case) {
    case 'linear':
      return readLinearTraining(spec.learner.value, seedFrom(spec.seed));
    case 'network':
      return readNetworkTraining(spec.learner.value, seedFrom(spec.seed));
    case undefined:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'spec.learner is missing; it must say what is trained: a network, or a linear autoencoder.',
        { field: 'spec.learner' },
      );
  }
}
