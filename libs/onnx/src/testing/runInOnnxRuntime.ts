import { ndarray, type NdArray } from '@oblique/arrays';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Program } from '../program.js';
import { writeProgram } from '../writeProgram.js';

/** Runs a program of float32 inputs and outputs, exactly as it is written. */
export async function runInOnnxRuntime(
  program: Program,
  feeds: Readonly<Record<string, NdArray<'float32'>>>,
): Promise<Map<string, NdArray<'float32'>>> {
  const session = await InferenceSession.create(writeProgram(program), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, shape }]) => [name, new Tensor('float32', data, shape)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return new Map(
      Object.entries(results).map(([name, { data, dims }]) => {
        if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32.`);
        return [name, ndarray('float32', dims, data)];
      }),
    );
  } finally {
    await session.release();
  }
}
