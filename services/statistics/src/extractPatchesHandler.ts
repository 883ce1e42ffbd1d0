import { writeNpy } from '@oblique/arrays';
import { parseJson, type ArtifactStore } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import { readDataset } from '@oblique/dataset-requests';
import { DatasetError, extractPatches, openImageSet, type DatasetSource } from '@oblique/datasets';
import { seedFrom } from '@oblique/random';
import { progressStream, serverStreaming, ServiceError, type ServerStreamingHandler } from '@oblique/service';

/** As many as the paper has. */
const DEFAULT_COUNT = 100_352;
const DEFAULT_SIZE_PIXELS = 32;
/** Patches are made in memory, in float32. */
const MOST_VALUES = 2 ** 29;

/** ExtractPatches: square grey patches from random places of a set of images, as `patches.npy`. */
export function extractPatchesHandler(
  store: ArtifactStore,
): ServerStreamingHandler<statisticsV1.ExtractPatchesRequest, statisticsV1.ExtractPatchesResponse> {
  return serverStreaming(async function* (request, { signal, access }) {
    const source = readImageSource(request);
    const count = request.count || DEFAULT_COUNT;
    const sizePixels = request.sizePixels || DEFAULT_SIZE_PIXELS;
    if (count * sizePixels ** 2 > MOST_VALUES) {
      throw new ServiceError(
        'VALUE_OUT_OF_RANGE',
        `${count} patches of ${sizePixels} × ${sizePixels} pixels are too many; at most ${MOST_VALUES} pixels in all are made.`,
        { field: 'count' },
      );
    }
    const seed = seedFrom(request.seed);
    const events = progressStream('cutting patches', 'patches', async (onProgress) => {
      try {
        const set = await openImageSet(source, { signal, access });
        try {
          return await extractPatches(set, { count, sizePixels, seed, signal, onProgress });
        } finally {
          await set.close();
        }
      } catch (cause) {
        if (!(cause instanceof DatasetError)) throw cause;
        throw new ServiceError('INVALID_ARGUMENT', cause.message, { field: 'dataset', cause });
      }
    });
    for await (const event of events) {
      if (event.$case === 'progress') {
        yield { event };
        continue;
      }
      const patches = await store.put('patches.npy', writeNpy(event.value), {
        step: 'statistics.extract-patches',
        version: '2',
        parameters: parseJson(JSON.stringify({ source, count, sizePixels, seed })),
        inputs: [],
      });
      yield { event: { $case: 'patches', value: patches } };
    }
  });
}

function readImageSource({ dataset }: statisticsV1.ExtractPatchesRequest): DatasetSource {
  const source = readDataset(dataset, 'dataset');
  if (source.kind !== 'gratings') return source;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'Gratings are drawn while a network trains, so no patches can be cut from them; give scenes or a location of images.',
    { field: 'dataset.gratings' },
  );
}
