import { datasetV1 } from '@oblique/contracts';
import { NO_AUGMENTATION } from '@oblique/datasets';
import { NATURAL_SCENES } from '@oblique/scenes';
import { ServiceError } from '@oblique/service';
import { describe, expect, it } from 'vitest';
import { readAugmentation } from './readAugmentation.js';
import { readDataset } from './readDataset.js';
import { readTask } from './readTask.js';

const scenes = (dials: Partial<datasetV1.Scenes>): datasetV1.Dataset =>
  datasetV1.Dataset.fromPartial({ source: { $case: 'scenes', value: dials } });

/** The fields that a refusal names, and its message. */
function refusalOf(read: () => unknown): readonly [string[], string] {
  try {
    read();
  } catch (error) {
    if (error instanceof ServiceError) return [error.fields.map(({ field }) => field), error.message];
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a request', () => {
  it('has its defaults filled in', () => {
    expect(readDataset(scenes({}), 'dataset')).toEqual({ kind: 'scenes', scenes: NATURAL_SCENES });
    const flat = scenes({ count: 7, seed: '3', orientation: { concentration: 0, peakDeg: 0 } });
    expect(readDataset({ ...flat, limit: 5 }, 'dataset')).toEqual({
      kind: 'scenes',
      scenes: { ...NATURAL_SCENES, count: 7, seed: 3, orientation: { concentration: 0, peakDeg: 0 } },
      limit: 5,
    });
    expect(readAugmentation(undefined, 'augmentation')).toEqual(NO_AUGMENTATION);
    const cropped = datasetV1.Augmentation.fromPartial({ crop: { $case: 'randomResizedCrop', value: {} } });
    expect(readAugmentation(cropped, 'augmentation')).toEqual({
      ...NO_AUGMENTATION,
      crop: { scale: [0.08, 1], aspect: [3 / 4, 4 / 3] },
    });
    const { TASK_UNSPECIFIED, TASK_OBJECT_ORIENTATION } = datasetV1.Task;
    expect(readTask(TASK_UNSPECIFIED, undefined, 'task')).toEqual({ kind: 'class' });
    expect(readTask(TASK_OBJECT_ORIENTATION, scenes({}), 'task')).toEqual({
      kind: 'objectOrientation',
      bins: 12,
    });
    expect(readTask(TASK_OBJECT_ORIENTATION, scenes({ orientationBins: 8 }), 'task')).toEqual({
      kind: 'objectOrientation',
      bins: 8,
    });
  });

  it('is refused with the field, its value and what is allowed', () => {
    expect(refusalOf(() => readDataset(undefined, 'dataset'))).toEqual([
      ['dataset'],
      'dataset is missing; it must be scenes, a location of images, or gratings.',
    ]);
    const [fields, message] = refusalOf(() => readDataset(scenes({ sizePixels: 4 }), 'dataset'));
    expect(fields).toEqual(['dataset.scenes.size_pixels']);
    expect(message).toMatch(/sizePixels of scenes is 4; it must be a whole number from 8 to 1024/);
    const gratings = (value: Partial<datasetV1.Gratings>): datasetV1.Dataset =>
      datasetV1.Dataset.fromPartial({ source: { $case: 'gratings', value } });
    const cosinePrior = { steepness: 0.75, peakDeg: 0 };
    expect(readDataset(gratings({ cosinePrior }), 'dataset')).toMatchObject({ prior: cosinePrior, bins: 60 });
    for (const [wrong, reason] of [
      [{ cosinePrior, prior: datasetV1.Gratings_Prior.PRIOR_VERTICAL }, /beside prior \(vertical\)/],
      [{ cosinePrior: { steepness: 1, peakDeg: 0 } }, /steepness.*is 1;.*between -1 and 1/],
    ] as const) {
      const [named, why] = refusalOf(() => readDataset(gratings(wrong), 'dataset'));
      expect(named).toEqual(['dataset.gratings.cosine_prior']);
      expect(why).toMatch(reason);
    }
    const augmentations = [
      [{ crop: { $case: 'centreFraction', value: 1.5 } }, 'augmentation.centre_fraction', /1.5.*at most 1/],
      [{ rotationDeg: NaN }, 'augmentation.rotation_deg', /NaN.*finite/],
      [
        { crop: { $case: 'randomResizedCrop', value: { scaleMin: 0.9, scaleMax: 0.5 } } },
        'augmentation.random_resized_crop.scale_min',
        /0.9.*0.5/,
      ],
    ] as const;
    for (const [wrong, field, reason] of augmentations) {
      const read = (): unknown => readAugmentation(datasetV1.Augmentation.fromPartial(wrong), 'augmentation');
      const [named, why] = refusalOf(read);
      expect(named).toEqual([field]);
      expect(why).toMatch(reason);
    }
  });
});
