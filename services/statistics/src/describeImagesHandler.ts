import { float64, writeNpz, type NdArray } from '@oblique/arrays';
import { parseJson, type ArtifactStore, type Provenance } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import { readAugmentation, readDataset, skippedMessage } from '@oblique/dataset-requests';
import { DatasetError, openImageSet, type DatasetSource, type ImageSet } from '@oblique/datasets';
import { progressStream, serverStreaming, ServiceError, type ServerStreamingHandler } from '@oblique/service';
import {
  FINE_HUE_BIN_CENTRES_DEG,
  HUE_BIN_CENTRES_DEG,
  LAB_HUE_BIN_CENTRES_DEG,
  ORIENTATION_BIN_CENTRES_DEG,
  type ImageStatisticsResult,
} from '@oblique/statistics';
import { describeImages, type Description } from './describeImages.js';
import { imageSheet } from './imageSheet.js';

const DEFAULT_IMAGES = 2000;
const DEFAULT_EXAMPLES = 64;
/** A larger sheet would be no overview. */
const MOST_EXAMPLES = 1000;

/** DescribeImages: classes, unreadable files, orientations, hues and spectrum of images, and a sheet of examples. */
export function describeImagesHandler(
  store: ArtifactStore,
): ServerStreamingHandler<statisticsV1.DescribeImagesRequest, statisticsV1.DescribeImagesResponse> {
  return serverStreaming(async function* (request, { signal, access }) {
    const source = readImages(request);
    const augmentation = request.augmentation && readAugmentation(request.augmentation, 'augmentation');
    const images = request.images || DEFAULT_IMAGES;
    const examples = readExamples(request.examples);
    const provenance: Provenance = {
      step: 'statistics.describe-images',
      version: '4',
      parameters: parseJson(JSON.stringify({ source, augmentation, images, examples })),
      inputs: [],
    };
    const events = progressStream('describing images', 'images', (report) =>
      refusingDataset(async () => {
        const set = await openImageSet(source, { signal, access });
        try {
          const found = await describeImages(set, { images, examples, augmentation, signal, report });
          return await describedAs(set, found, store, provenance);
        } finally {
          await set.close();
        }
      }),
    );
    for await (const event of events) yield { event };
  });
}

async function describedAs(
  set: ImageSet,
  { classCounts, statistics, examples }: Description,
  store: ArtifactStore,
  provenance: Provenance,
): Promise<statisticsV1.ImagesDescription> {
  const skipped = skippedMessage(set.skipped);
  const kind = set.synthetic ? `${set.kind} (synthetic)` : set.kind;
  const sheet = await imageSheet(`${kind}: ${examples.length} of ${set.length} images`, examples);
  return {
    kind,
    synthetic: set.synthetic,
    imageCount: set.length,
    classes: set.classes.map((name, index) => ({ name, images: classCounts[index] ?? 0 })),
    corrupt: skipped.first.map(({ name }) => name),
    skipped,
    orientationShare: [...statistics.orientationShare],
    hueShare: [...statistics.hueShare],
    hueShareText: [...statistics.hueShareText],
    hueShareCode: [...statistics.hueShareCode],
    labHueShare: [...statistics.labHueShare],
    contrast: statistics.contrast,
    amplitudeExponent: statistics.amplitudeExponent,
    contactSheet: await store.put('contact-sheet.png', sheet, provenance),
    statistics: await store.put('image-statistics.npz', writeNpz(archive(statistics)), provenance),
  };
}

function archive(statistics: ImageStatisticsResult): Map<string, NdArray> {
  return new Map(
    Object.entries({
      orientationDeg: ORIENTATION_BIN_CENTRES_DEG,
      orientationShare: statistics.orientationShare,
      hueDeg: HUE_BIN_CENTRES_DEG,
      hueShare: statistics.hueShare,
      fineHueDeg: FINE_HUE_BIN_CENTRES_DEG,
      hueShareText: statistics.hueShareText,
      hueShareCode: statistics.hueShareCode,
      labHueDeg: LAB_HUE_BIN_CENTRES_DEG,
      labHueShare: statistics.labHueShare,
      frequencyCyclesPerPixel: statistics.frequencyCyclesPerPixel,
      amplitude: statistics.amplitude,
    }).map(([name, values]): [string, NdArray] => [name, float64([values.length], values)]),
  )
    .set('edgeOrientationShare', table(statistics.edgeOrientationShare))
    .set('bandOrientationShare', table(statistics.bandOrientationShare));
}

function table(rows: readonly Float64Array[]): NdArray {
  return float64(
    [rows.length, rows[0]?.length ?? 0],
    rows.flatMap((row) => [...row]),
  );
}

function readImages({ dataset }: statisticsV1.DescribeImagesRequest): DatasetSource {
  const source = readDataset(dataset, 'dataset');
  if (source.kind !== 'gratings') return source;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'dataset.gratings are drawn while a network is trained; there are no images of them to describe. Use scenes or a location.',
    { field: 'dataset.gratings' },
  );
}

function readExamples(requested: number): number {
  if (requested <= MOST_EXAMPLES) return requested || DEFAULT_EXAMPLES;
  throw new ServiceError(
    'VALUE_OUT_OF_RANGE',
    `${requested} examples do not fit on a sheet; ${MOST_EXAMPLES} are allowed.`,
    { field: 'examples' },
  );
}

/** What is wrong with a dataset is the request's fault. */
async function refusingDataset<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DatasetError) {
      throw new ServiceError('INVALID_ARGUMENT', cause.message, { field: 'dataset', cause });
    }
    throw cause;
  }
}
