import { peakBytes, withInputShapes, type Program } from '@oblique/onnx';

/**
 * What the process was seen to grow by over the tensors that live at once: ONNX Runtime's arena grows in doubling steps,
 * and convolutions run in a layout of their own (docs/decisions/0021).
 */
const ARENA_FACTOR = { float32: 3.3, float64: 3.75 } as const;

/** A session over the bytes of its program: weights as they are, as kernels like them, and steps of the arena. */
const SESSION_FACTOR = 4;

/** Memory that one worker takes to run a program: that of its session, and so much a stimulus of the batch. */
export interface ProgramMemory {
  readonly sessionBytes: number;
  readonly fixedBytes: number;
  readonly bytesPerStimulus: number;
}

/**
 * The memory of a sensitivity program, from the shapes and lifetimes of its tensors at two sizes of the batch, between
 * which and beyond it is linear. Undefined where the shapes do not follow from the batch.
 * @param batchInputs names of the inputs of shape [N]
 */
export function programMemory(
  program: Program,
  batchInputs: readonly string[],
  programBytes: number,
  precision: keyof typeof ARENA_FACTOR,
  fixedBatch: number | undefined,
): ProgramMemory | undefined {
  const peakOf = (batch: number): number | undefined => {
    const peak = peakBytes(
      withInputShapes(program, Object.fromEntries(batchInputs.map((name) => [name, [batch]]))),
    );
    return peak === undefined ? undefined : ARENA_FACTOR[precision] * peak;
  };
  const sessionBytes = SESSION_FACTOR * programBytes;
  if (fixedBatch !== undefined) {
    const peak = peakOf(fixedBatch);
    return peak === undefined ? undefined : { sessionBytes, fixedBytes: peak, bytesPerStimulus: 0 };
  }
  const [one, two] = [peakOf(1), peakOf(2)];
  if (one === undefined || two === undefined) return undefined;
  return { sessionBytes, fixedBytes: Math.max(0, 2 * one - two), bytesPerStimulus: two - one };
}
