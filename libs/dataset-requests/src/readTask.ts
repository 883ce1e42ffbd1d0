import { datasetV1 } from '@oblique/contracts';
import type { Task } from '@oblique/datasets';
import { ServiceError } from '@oblique/service';

/** Bins of tilts and of turns of the hue; an odd number, so that one of them is "not turned". */
const TURN_BINS = 9;
const DEFAULT_ORIENTATION_BINS = 12;

/**
 * The task out of a request; unspecified: the class. Whether the dataset can serve it is known once it is open.
 * @throws ServiceError naming the field.
 */
export function readTask(task: datasetV1.Task, dataset: datasetV1.Dataset | undefined, field: string): Task {
  switch (task) {
    case datasetV1.Task.TASK_UNSPECIFIED:
    case datasetV1.Task.TASK_CLASS:
      return { kind: 'class' };
    case datasetV1.Task.TASK_TILT:
      return { kind: 'tilt', bins: TURN_BINS };
    case datasetV1.Task.TASK_HUE_TURN:
      return { kind: 'hueTurn', bins: TURN_BINS };
    case datasetV1.Task.TASK_OBJECT_ORIENTATION:
      return { kind: 'objectOrientation', bins: orientationBins(dataset) };
    case datasetV1.Task.TASK_RECONSTRUCTION:
      return { kind: 'reconstruction' };
    case datasetV1.Task.TASK_CONTRAST:
      return { kind: 'contrast' };
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${field} = ${task} is unknown; give TASK_CLASS, _TILT, _HUE_TURN, _OBJECT_ORIENTATION, _RECONSTRUCTION or _CONTRAST.`,
        { field },
      );
  }
}

function orientationBins(dataset: datasetV1.Dataset | undefined): number {
  const source = dataset?.source;
  return (source?.$case === 'scenes' ? source.value.orientationBins : 0) || DEFAULT_ORIENTATION_BINS;
}
