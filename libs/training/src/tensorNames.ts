/** Name of the program's input that takes an array of the batch, e.g. `image`, `label` or `weight`. */
export const batchInput = (name: string): string => `batch/${name}`;

/** Name of the output that holds the new value of an input of the state. */
export const nextName = (name: string): string => `next/${name}`;

/** Input: float32 scalar. */
export const LEARNING_RATE = 'step/learning_rate';

/** Input: int64 scalar, updates made before this one. Only where the optimiser needs it. */
export const STEP_INDEX = 'step/index';

/** Input: int64 scalar, odd, from which a step's random numbers follow. Only where there are any. */
export const RANDOM_KEY = 'step/random_key';

/** Output: float32 scalar. */
export const LOSS = 'loss';

/** Output: float32 scalar, the norm of all gradients before clipping. Only where they are clipped. */
export const GRADIENT_NORM = 'gradientNorm';
