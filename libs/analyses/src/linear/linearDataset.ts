import { datasetV1 } from '@oblique/contracts';
import type { LinearParameters } from './linearParameters.js';

/** Scenes are this many times as large as a patch, so that a patch is a window and not a whole scene. */
const SCENE_PATCHES = 4;

/** The images that patches are cut from. */
export function linearDataset({
  dataset,
  images,
  patchSeed,
  sizePixels,
}: LinearParameters): datasetV1.Dataset {
  return datasetV1.Dataset.fromPartial(
    dataset === 'scenes'
      ? {
          source: {
            $case: 'scenes',
            value: { count: images, seed: String(patchSeed), sizePixels: SCENE_PATCHES * sizePixels },
          },
        }
      : { source: { $case: 'location', value: dataset }, limit: images },
  );
}
