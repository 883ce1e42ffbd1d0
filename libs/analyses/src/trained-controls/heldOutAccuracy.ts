import { readNpz, toNumbers } from '@oblique/arrays';

/** Accuracy on images kept out of training, at the observed steps; the first is the untrained twin's. */
export interface HeldOutAccuracy {
  readonly steps: readonly number[];
  readonly accuracy: readonly number[];
}

/** Reads the `metrics.npz` of a training; undefined where nothing was kept out. */
export function readHeldOutAccuracy(file: Uint8Array): HeldOutAccuracy | undefined {
  const arrays = readNpz(file, 'the metrics of a training');
  const [steps, accuracy] = [arrays.get('heldOutStep'), arrays.get('heldOutAccuracy')];
  if (steps === undefined || accuracy === undefined || steps.shape[0] === 0) return undefined;
  return { steps: Array.from(toNumbers(steps)), accuracy: Array.from(toNumbers(accuracy)) };
}
