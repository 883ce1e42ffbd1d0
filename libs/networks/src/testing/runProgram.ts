import { ndarray, type NdArray } from '@oblique/arrays';
import { writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Runs a program on several values of its one float32 input in ONNX Runtime; gives its float32 outputs by name. */
export async function runProgram(
  program: Program,
  inputs: readonly NdArray<'float32'>[],
): Promise<Record<string, NdArray<'float32'>>[]> {
  const session = await InferenceSession.create(writeProgram(program), { graphOptimizationLevel: 'basic' });
  const [name = ''] = session.inputNames;
  const results: Record<string, NdArray<'float32'>>[] = [];
  for (const input of inputs) {
    const outputs = await session.run({ [name]: new Tensor('float32', input.data, input.shape) });
    results.push(
      Object.fromEntries(
        Object.entries(outputs).map(([output, tensor]) => [output, arrayOf(output, tensor)]),
      ),
    );
  }
  await session.release();
  return results;
}

function arrayOf(name: string, { data, dims }: Tensor): NdArray<'float32'> {
  if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32.`);
  return ndarray('float32', dims, data);
}
