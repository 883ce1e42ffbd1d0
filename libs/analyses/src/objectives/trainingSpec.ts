import { datasetV1, trainingV1 } from '@oblique/contracts';
import { gaborObservations } from '../trained-controls/observations.js';
import { recipe } from '../trained-controls/trainingSpec.js';
import type { World } from '../trained-controls/world.js';
import { OBJECTIVES, type ObjectiveName } from './objective.js';
import type { ObjectivesParameters } from './objectivesParameters.js';

/** One training: an objective in a world. The images depend on world and seed alone, not on the objective. */
export function trainingSpec(
  parameters: ObjectivesParameters,
  objective: ObjectiveName,
  { turnDeg }: World,
  seed: number,
): trainingV1.TrainingSpec {
  const { network, width, sizePixels, images, concentration, cropScale, batchSize, steps, observedSteps } =
    parameters;
  return trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'network',
      value: {
        start: {
          $case: 'architecture',
          value: { architecture: network, width, inputSizePixels: sizePixels },
        },
        dataset: {
          source: {
            $case: 'scenes',
            value: {
              count: images,
              seed: String(seed),
              sizePixels,
              orientation: { concentration, peakDeg: turnDeg },
            },
          },
        },
        task: OBJECTIVES[objective].task,
        augmentation: {
          // Square crops, without flips: the object keeps its orientation.
          crop: {
            $case: 'randomResizedCrop',
            value: { scaleMin: cropScale, scaleMax: 1, aspectMin: 1, aspectMax: 1 },
          },
          rotationOrder: datasetV1.RotationOrder.ROTATION_ORDER_BEFORE_CROP,
        },
        ...recipe(parameters),
        batchSize,
        steps,
        observations: gaborObservations({ ...parameters, protocol: 'text' }, sizePixels),
        // Step 0 is the untrained twin.
        observationSteps: { at: [0], logarithmic: observedSteps },
      },
    },
    seed: String(seed),
  });
}
