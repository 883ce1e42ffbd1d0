import { describe, expect, it } from 'vitest';
import {
  IMAGENET,
  PREPROCESSING_KEY,
  preprocessingProgram,
  readPreprocessing,
  withPreprocessing,
  type Preprocessing,
} from './preprocessing.js';
import { noiseImages } from './testing/images.js';
import { runProgram } from './testing/runProgram.js';

/** Caffe's: means of blue, green and red of 0 to 255 are 104, 117 and 123. */
const CAFFE: Preprocessing = { channelOrder: 'BGR', scale: 255, mean: [123, 117, 104], std: [1, 1, 1] };

describe('preprocessing', () => {
  it.each([
    { name: 'ImageNet', preprocessing: IMAGENET, order: [0, 1, 2] },
    { name: 'Caffe', preprocessing: CAFFE, order: [2, 1, 0] },
  ])(
    '$name: each channel is (x · scale − mean) / std, then put in order',
    async ({ preprocessing, order }) => {
      const images = noiseImages(2, 5);
      const [result] = await runProgram(preprocessingProgram(preprocessing), [images]);
      const preprocessed = result?.['preprocessed'];
      const { scale, mean, std } = preprocessing;
      expect(preprocessed?.shape).toEqual([2, 3, 5, 5]);
      for (let image = 0; image < 2; image++) {
        order.forEach((from, to) => {
          for (let pixel = 0; pixel < 25; pixel++) {
            const x = images.data[(image * 3 + from) * 25 + pixel] ?? NaN;
            const expected = (x * scale - (mean[from] ?? NaN)) / (std[from] ?? NaN);
            expect(
              Math.abs((preprocessed?.data[(image * 3 + to) * 25 + pixel] ?? NaN) - expected),
            ).toBeLessThan(1e-6 * scale);
          }
        });
      }
    },
  );

  it('travels in the metadata of a network', () => {
    const network = preprocessingProgram(IMAGENET);
    expect(readPreprocessing(withPreprocessing(network, IMAGENET))).toEqual(IMAGENET);
    expect(readPreprocessing(withPreprocessing(network, CAFFE))).toEqual(CAFFE);
    expect(readPreprocessing(network)).toBeUndefined();
    const declaring = (text: string): unknown =>
      readPreprocessing({ ...network, metadata: new Map([[PREPROCESSING_KEY, text]]) });
    expect(() => declaring('{')).toThrow(/oblique.preprocessing is not JSON/);
    expect(() => declaring('{"channelOrder":"RBG"}')).toThrow(/must be like .*channelOrder is "RBG"/);
    expect(() => withPreprocessing(network, { ...IMAGENET, std: [1, 0, 1] })).toThrow(/std is \[1,0,1\]/);
    expect(() => preprocessingProgram({ ...IMAGENET, scale: NaN })).toThrow(/scale/);
    expect(() => preprocessingProgram({ ...IMAGENET, mean: [1, 2] })).toThrow(/mean is \[1,2\]/);
  });
});
