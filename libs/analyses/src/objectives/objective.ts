import { datasetV1 } from '@oblique/contracts';

/** What networks learn from the same images. */
export const OBJECTIVE_NAMES = ['orientation', 'class', 'reconstruction', 'contrast', 'tilt'] as const;

export type ObjectiveName = (typeof OBJECTIVE_NAMES)[number];

export interface Objective {
  readonly task: datasetV1.Task;
  /** For people, e.g. in figures. */
  readonly label: string;
  /** What the network does, as in "a network that …". */
  readonly words: string;
  /** Who says what is right: somebody, or the image itself. */
  readonly kind: 'supervised' | 'self-supervised';
}

export const OBJECTIVES: Readonly<Record<ObjectiveName, Objective>> = {
  orientation: {
    task: datasetV1.Task.TASK_OBJECT_ORIENTATION,
    label: 'orientation (supervised)',
    words: "tells the object's orientation",
    kind: 'supervised',
  },
  class: {
    task: datasetV1.Task.TASK_CLASS,
    label: 'class (supervised)',
    words: "tells the object's class",
    kind: 'supervised',
  },
  reconstruction: {
    task: datasetV1.Task.TASK_RECONSTRUCTION,
    label: 'reconstruction (autoencoder)',
    words: 'gives the image back',
    kind: 'self-supervised',
  },
  contrast: {
    task: datasetV1.Task.TASK_CONTRAST,
    label: 'contrast of views',
    words: 'tells which views are of the same image',
    kind: 'self-supervised',
  },
  tilt: {
    task: datasetV1.Task.TASK_TILT,
    label: 'tilt (rotation prediction)',
    words: 'tells by how much the image was tilted',
    kind: 'self-supervised',
  },
};
