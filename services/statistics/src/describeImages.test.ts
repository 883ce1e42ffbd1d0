import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, toNumbers } from '@oblique/arrays';
import { datasetV1, statisticsV1 } from '@oblique/contracts';
import {
  createClient,
  fetchArtifact,
  readDigest,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statisticsService } from './statisticsService.js';

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof statisticsV1.StatisticsServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-describe-'));
  const store = join(folder, 'store');
  service = await startService(statisticsService, ['--port', '0', '--store', store, '--log-level', 'fatal']);
  client = createClient(statisticsV1.StatisticsServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

function scenes(change: Partial<datasetV1.Scenes> = {}): datasetV1.Dataset {
  const value = {
    count: 200,
    seed: '1',
    sizePixels: 32,
    orientation: undefined,
    hue: undefined,
    frequency: undefined,
    orientationBins: 0,
    ...change,
  };
  return { source: { $case: 'scenes', value }, limit: 0 };
}

function located(location: string): datasetV1.Dataset {
  return { source: { $case: 'location', value: location }, limit: 0 };
}

interface Described {
  readonly progress: readonly number[];
  readonly result: statisticsV1.ImagesDescription;
}

async function described(
  dataset: datasetV1.Dataset | undefined,
  change: Partial<statisticsV1.DescribeImagesRequest> = {},
): Promise<Described> {
  const request = { dataset, images: 0, examples: 0, augmentation: undefined, ...change };
  const progress: number[] = [];
  let result: statisticsV1.ImagesDescription | undefined;
  for await (const { event } of client.describeImages(request)) {
    if (event?.$case === 'progress') progress.push(event.value.done);
    if (event?.$case === 'result') result = event.value;
  }
  if (result === undefined) throw new Error('There was no result.');
  return { progress, result };
}

async function refusalOf(call: Promise<unknown>): Promise<ServiceError> {
  return await call.then(
    () => {
      throw new Error('The call succeeded.');
    },
    (error: unknown) => ServiceError.from(error),
  );
}

/** Two classes of vertical and horizontal red bars of 48 × 40 pixels, and a file that is none. */
async function barredFolder(): Promise<string> {
  const root = join(folder, 'bars');
  for (const [name, across] of [
    ['horizontal', 'y'],
    ['vertical', 'x'],
  ] as const) {
    await mkdir(join(root, name), { recursive: true });
    const pixels = new Uint8Array(48 * 40 * 3);
    for (let y = 0; y < 40; y++) {
      for (let x = 0; x < 48; x++)
        pixels[(y * 48 + x) * 3] = 150 + 100 * Math.cos((2 * Math.PI * (across === 'x' ? x : y)) / 8);
    }
    const png = await sharp(pixels, { raw: { width: 48, height: 40, channels: 3 } })
      .png()
      .toBuffer();
    for (const index of [0, 1, 2]) await writeFile(join(root, name, `${index}.png`), png);
  }
  await writeFile(join(root, 'vertical', 'broken.png'), 'no image');
  return root;
}

describe('DescribeImages', () => {
  it('of scenes gives counts, statistics, a sheet and an archive, and says that they are synthetic', async () => {
    const { progress, result } = await described(scenes(), { images: 60, examples: 20 });
    expect(progress.at(-1)).toBe(60);
    expect(result).toMatchObject({
      kind: 'scenes (synthetic)',
      synthetic: true,
      imageCount: 200,
      corrupt: [],
    });
    expect(result.classes).toHaveLength(10);
    expect(new Set(result.classes.map(({ images }) => images))).toEqual(new Set([20]));
    for (const share of [result.orientationShare, result.hueShare])
      expect(share.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
    expect(result.amplitudeExponent).toBeLessThan(-0.7);

    const fetched = (digest = ''): Promise<Uint8Array> =>
      fetchArtifact(service.endpoint, readDigest(digest, 'artifact'));
    const arrays = readNpz(await fetched(result.statistics?.digest));
    expect([...arrays].map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['orientationDeg', 36],
      ['orientationShare', 36],
      ['hueDeg', 72],
      ['hueShare', 72],
      ['fineHueDeg', 360],
      ['hueShareText', 360],
      ['hueShareCode', 360],
      ['labHueDeg', 72],
      ['labHueShare', 72],
      ['frequencyCyclesPerPixel', 17],
      ['amplitude', 17],
      ['edgeOrientationShare', 3, 36],
      ['bandOrientationShare', 4, 36],
    ]);
    const code = arrays.get('hueShareCode');
    expect(code && [...toNumbers(code)]).toEqual(result.hueShareCode);
    expect(result.contrast).toBeGreaterThan(0.1);
    const share = arrays.get('orientationShare');
    expect(share && [...toNumbers(share)]).toEqual(result.orientationShare);
    const { format, width, height } = await sharp(await fetched(result.contactSheet?.digest)).metadata();
    expect(format).toBe('png');
    expect(width).toBeGreaterThan(height);
  });

  it('of a folder counts classes, names what is no image, and sees the bars', async () => {
    const { result } = await described(located(await barredFolder()));
    expect(result.synthetic).toBe(false);
    expect(result.classes).toEqual([
      { name: 'horizontal', images: 3 },
      { name: 'vertical', images: 4 },
    ]);
    expect(result.corrupt).toEqual(['vertical/broken.png']);
    const reason = 'no JPEG, PNG, WebP, TIFF, GIF or AVIF';
    expect(result.skipped).toEqual({ count: 1, first: [{ name: 'vertical/broken.png', reason }] });
    for (const bin of [0, 18]) expect(result.orientationShare[bin]).toBeGreaterThan(0.3);
    expect((result.orientationShare[0] ?? 0) + (result.orientationShare[18] ?? 0)).toBeCloseTo(1, 2);
    expect(result.hueShare[0]).toBe(1);
  });

  it('sees images as training sees them', async () => {
    const augmentation: datasetV1.Augmentation = {
      crop: undefined,
      horizontalFlip: false,
      rotationDeg: 0,
      rotationOrder: datasetV1.RotationOrder.ROTATION_ORDER_UNSPECIFIED,
      rotateInDisc: false,
      hueShiftDeg: 120,
    };
    const { result } = await described(located(join(folder, 'bars')), { augmentation });
    expect(result.hueShare[24]).toBeGreaterThan(0.99);
  });

  it('ends when it is cancelled', async () => {
    const cancelled = new AbortController();
    const request = {
      dataset: scenes({ count: 1_000_000 }),
      images: 1_000_000,
      examples: 0,
      augmentation: undefined,
    };
    const error = await refusalOf(
      (async () => {
        for await (const { event } of client.describeImages(request, { signal: cancelled.signal }))
          if (event?.$case === 'progress') cancelled.abort();
      })(),
    );
    expect(error.reason).toBe('CANCELLED');
    // The service is free for the next one.
    expect((await described(scenes(), { images: 10 })).result.imageCount).toBe(200);
  });

  it('refuses by name what cannot be described', async () => {
    const gratings = {
      source: {
        $case: 'gratings' as const,
        value: { prior: 0, cosinePrior: undefined, labelNoise: undefined, bins: 0, halfCirclePhases: false },
      },
      limit: 0,
    };
    const cases = [
      [() => described(undefined), 'INVALID_ARGUMENT', 'dataset', /dataset is missing/],
      [() => described(gratings), 'INVALID_ARGUMENT', 'dataset.gratings', /no images of them/],
      [() => described(located(join(folder, 'nowhere'))), 'INVALID_ARGUMENT', 'dataset', /nowhere/],
      [
        () => described(scenes({ sizePixels: 4 })),
        'VALUE_OUT_OF_RANGE',
        'dataset.scenes.size_pixels',
        /from 8 to 1024/,
      ],
      [() => described(scenes(), { examples: 5000 }), 'VALUE_OUT_OF_RANGE', 'examples', /from 0 to 1000/],
    ] as const;
    for (const [call, reason, field, message] of cases) {
      const error = await refusalOf(call());
      expect(error.reason).toBe(reason);
      expect(error.fields.map(({ field: named }) => named)).toEqual([field]);
      expect(error.message).toMatch(message);
    }
  });
});
