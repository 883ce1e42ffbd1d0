import { ndarray, type NdArray } from '@oblique/arrays';
import { writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { stimulusFeeds } from '../point.js';
import type { Point, StimulusFamily } from '../stimulusFamily.js';

/** Runs the program at these points through ONNX Runtime and gives its images, float32 [points, 3, H, W]. */
export async function render(
  program: Program,
  family: StimulusFamily,
  points: readonly Point[],
): Promise<NdArray<'float32'>> {
  const session = await InferenceSession.create(writeProgram(program), { intraOpNumThreads: 1 });
  try {
    const feeds: Record<string, Tensor> = {};
    for (const [name, { data, shape }] of Object.entries(stimulusFeeds(family, points))) {
      feeds[name] = new Tensor('float64', data, shape);
    }
    const { image } = await session.run(feeds);
    if (!(image?.data instanceof Float32Array))
      throw new Error('The program made no float32 output named image.');
    return ndarray('float32', image.dims, image.data);
  } finally {
    await session.release();
  }
}
