import type { Task } from '@oblique/datasets';
import { contrast, crossEntropy, meanSquaredError, type Loss } from '@oblique/training';
import type { TrainingData } from './trainingData.js';

/** Numbers that views are compared by. */
const EMBEDDING = 64;

/** What a task asks of a network. */
export interface Objective {
  readonly loss: Loss;
  /** Numbers that a built-in architecture answers with for one image. */
  readonly answers: number;
}

export function objectiveOf(
  { kind }: Task,
  { classes, inputSizePixels }: Pick<TrainingData, 'classes' | 'inputSizePixels'>,
): Objective {
  switch (kind) {
    case 'reconstruction':
      return { loss: meanSquaredError(), answers: 3 * inputSizePixels ** 2 };
    case 'contrast':
      return { loss: contrast(), answers: EMBEDDING };
    case 'class':
    case 'tilt':
    case 'hueTurn':
    case 'objectOrientation':
      return { loss: crossEntropy(), answers: classes };
  }
}
