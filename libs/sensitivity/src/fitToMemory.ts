import { OutOfMemoryError } from '@oblique/runtime';
import type { ProgramMemory } from './programMemory.js';

/** What is left to others of the memory that there is. */
const SHARE = 0.9;

/** How a measurement runs so that its memory is there. */
export interface Fit {
  readonly batchSize: number;
  /** Batches that run at a time. */
  readonly lanes: number;
  readonly bytes: number;
}

/**
 * As many batches at a time as there are workers and memory for; where there is none for even one, and nobody asked for
 * the batch, a smaller batch.
 * @throws OutOfMemoryError that says what is needed, what is left, and which batch would fit
 */
export function fitToMemory(
  memory: ProgramMemory,
  wanted: { readonly batchSize: number; readonly isAsked: boolean; readonly lanes: number },
  leftBytes: number,
): Fit {
  const usable = SHARE * leftBytes;
  const bytesOf = (batchSize: number): number =>
    memory.sessionBytes + memory.fixedBytes + batchSize * memory.bytesPerStimulus;
  const lanes = Math.min(wanted.lanes, Math.floor(usable / bytesOf(wanted.batchSize)));
  if (lanes >= 1) return { batchSize: wanted.batchSize, lanes, bytes: lanes * bytesOf(wanted.batchSize) };

  const largest = Math.floor((usable - bytesOf(0)) / memory.bytesPerStimulus);
  if (largest >= 1 && !wanted.isAsked && Number.isFinite(largest))
    return { batchSize: Math.min(largest, wanted.batchSize), lanes: 1, bytes: bytesOf(largest) };
  const advice =
    largest >= 1 && Number.isFinite(largest)
      ? `a batch of ${largest} would fit.`
      : 'not even a batch of 1 would fit. Use smaller images, or fewer layers.';
  throw new OutOfMemoryError(
    `A batch of ${wanted.batchSize} takes about ${gibibytes(bytesOf(wanted.batchSize))} of memory, and ${gibibytes(usable)} are left; ${advice}`,
  );
}

function gibibytes(bytes: number): string {
  return `${(Math.max(0, bytes) / 2 ** 30).toFixed(1)} GiB`;
}
