import { datasetV1 } from '@oblique/contracts';

/** What networks are trained to tell. */
export const TASKS = {
  class: datasetV1.Task.TASK_CLASS,
  tilt: datasetV1.Task.TASK_TILT,
  'hue-turn': datasetV1.Task.TASK_HUE_TURN,
  'object-orientation': datasetV1.Task.TASK_OBJECT_ORIENTATION,
} as const;

export type TaskName = keyof typeof TASKS;

export const TASK_NAMES = [
  'class',
  'tilt',
  'hue-turn',
  'object-orientation',
] as const satisfies readonly TaskName[];

/** What a network has to tell, in words. */
export const TASK_WORDS: Readonly<Record<TaskName, string>> = {
  class: 'which class the image is of',
  tilt: 'by how much the image was tilted',
  'hue-turn': 'by how much the hue was turned',
  'object-orientation': 'how the object is oriented',
};
