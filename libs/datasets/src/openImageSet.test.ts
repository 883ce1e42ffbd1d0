import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { int64, ndarray, writeNpy, writeNpz } from '@oblique/arrays';
import { startS3Server } from '@oblique/artifacts/testing';
import { Client } from 'minio';
import sharp from 'sharp';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipSync } from 'fflate';
import { NO_AUGMENTATION } from './augmentation.js';
import { extractPatches } from './extractPatches.js';
import { CorruptImageError, TooManyCorruptImagesError, type ImageSet } from './imageSet.js';
import { openImageSet } from './openImageSet.js';
import { TrainingBatches } from './trainingBatches.js';

let folder: string;
let cacheFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-datasets-'));
  cacheFolder = join(folder, 'cache');
});
afterAll(() => rm(folder, { recursive: true }));

type Colour = readonly [number, number, number];

/** A picture whose left half is of the colour, its right half black. */
function picture([red, green, blue]: Colour, width = 6, height = 4): Buffer {
  return Buffer.from(
    Array.from({ length: width * height }, (_, index) =>
      index % width < width / 2 ? [red, green, blue] : [0, 0, 0],
    ).flat(),
  );
}

async function png(colour: Colour, width = 6, height = 4): Promise<Buffer> {
  return await sharp(picture(colour, width, height), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

async function write(root: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, root, name)), { recursive: true });
    await writeFile(join(folder, root, name), bytes);
  }
  return join(folder, root);
}

const open = (location: string, limit?: number): Promise<ImageSet> =>
  openImageSet({ kind: 'location', location, limit }, { cacheFolder });

async function contents(set: ImageSet): Promise<unknown[]> {
  const images = await Promise.all(Array.from({ length: set.length }, (_, index) => set.read(index)));
  await set.close();
  return images.map(({ pixels, width, height, classIndex }) => {
    return [set.classes[classIndex] ?? 'none', width, height, [...pixels.subarray(0, 3)]];
  });
}

const LONG = `${'long-name-'.repeat(14)}é`;
const TREE = async (): Promise<Record<string, Buffer>> => ({
  'photos/train/cat/1.png': await png([250, 10, 20]),
  [`photos/train/cat/${LONG}.png`]: await png([5, 6, 7], 8, 2),
  'photos/train/dog/deeper/3.PNG': await png([1, 2, 3]),
  'photos/train/dog/.hidden.png': Buffer.from('no image'),
  'photos/test/cat/9.png': await png([9, 9, 9]),
  'photos/readme.txt': Buffer.from('text'),
});
const TRAINING = [
  ['cat', 6, 4, [250, 10, 20]],
  ['cat', 8, 2, [5, 6, 7]],
  ['dog', 6, 4, [1, 2, 3]],
];

describe('image folders', () => {
  it('are the same from disk, .tar, .tar.gz, the web and S3', async () => {
    const root = await write('tree', await TREE());
    const tar = join(folder, 'tree.tar');
    await create({ cwd: root, file: tar }, ['photos']);
    await writeFile(`${tar}.gz`, gzipSync(await readFile(tar)));
    for (const location of [root, tar, `${tar}.gz`])
      expect(await contents(await open(location))).toEqual(TRAINING);
    expect(await contents(await open(`${tar}#photos/test`))).toEqual([['none', 6, 4, [9, 9, 9]]]);

    // A server that breaks off in the middle of what it sends, and goes on from there when asked.
    const bytes = await readFile(tar);
    let requests = 0;
    await using web = {
      server: createServer((request, response) => {
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start, etag: '"1"' });
        if (request.method === 'HEAD') response.end();
        else if (++requests < 3)
          response.write(bytes.subarray(start, start + 3000), () => response.destroy());
        else response.end(bytes.subarray(start));
      }).listen(0, '127.0.0.1'),
      async [Symbol.asyncDispose]() {
        this.server.closeAllConnections();
        this.server.close();
        await once(this.server, 'close');
      },
    };
    await once(web.server, 'listening');
    const address = web.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await contents(await open(`http://127.0.0.1:${port}/tree.tar?key=1`))).toEqual(TRAINING);
    expect(requests).toBe(3);
    expect(await contents(await open(`http://127.0.0.1:${port}/tree.tar?key=1`))).toEqual(TRAINING);
    expect(requests).toBe(3);

    await using s3 = await startS3Server({ conditionalPuts: false });
    const before = { ...process.env };
    Object.assign(process.env, s3.environment);
    try {
      const endpoint = new URL(s3.environment['S3_ENDPOINT'] ?? '');
      const client = new Client({
        endPoint: endpoint.hostname,
        port: Number(endpoint.port),
        useSSL: false,
        accessKey: 'S3RVER',
        secretKey: 'S3RVER',
      });
      await client.makeBucket('images');
      for (const [name, content] of Object.entries(await TREE())) {
        if (!name.includes(LONG)) await client.putObject('images', `sets/${name}`, content);
      }
      await client.putObject('images', 'sets/tree.tgz', await readFile(`${tar}.gz`));
      expect(await contents(await open('s3://images/sets/photos'))).toEqual([TRAINING[0], TRAINING[2]]);
      expect(await contents(await open('s3://images/sets/tree.tgz'))).toEqual(TRAINING);
      await expect(open('s3://nowhere/sets')).rejects.toThrow(
        /s3:\/\/nowhere\/sets cannot be read.*NoSuchBucket/,
      );
    } finally {
      process.env = before;
    }
  });

  it('may be limited, evenly over the classes as far as these go', async () => {
    const files: Record<string, Buffer> = {};
    for (const [name, count] of [
      ['a', 10],
      ['b', 2],
      ['c', 10],
    ] as const) {
      for (let index = 0; index < count; index++) files[`${name}/${index}.png`] = await png([index, 0, 0]);
    }
    const set = await open(await write('uneven', files), 8);
    const classes = Array.from({ length: set.length }, (_, index) => set.entry(index)).map((entry) =>
      entry.kind === 'scene' ? -1 : entry.classIndex,
    );
    expect(classes).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
    await set.close();
  });

  it('decode greys, transparency and 16 bits as RGB', async () => {
    const raw = { width: 1, height: 1 };
    const root = await write('kinds', {
      'grey.png': await sharp(Buffer.of(77), { raw: { ...raw, channels: 1 } })
        .png()
        .toBuffer(),
      'transparent.png': await sharp(Buffer.of(10, 20, 30, 0), { raw: { ...raw, channels: 4 } })
        .png()
        .toBuffer(),
      'wide.png': await sharp(Uint16Array.of(257, 514, 65535), { raw: { ...raw, channels: 3 } })
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    });
    expect(await contents(await open(root))).toEqual([
      ['none', 1, 1, [77, 77, 77]],
      ['none', 1, 1, [10, 20, 30]],
      ['none', 1, 1, [1, 2, 255]],
    ]);
  });

  it('say what is wrong with them', async () => {
    await expect(open(join(folder, 'nowhere'))).rejects.toThrow(/There is no dataset at .*nowhere/);
    await expect(open(await write('texts', { 'a.txt': Buffer.of(1) }))).rejects.toThrow(
      /holds no images, but 1 files/,
    );
    await expect(
      open(await write('mixed', { 'a/1.png': await png([1, 1, 1]), '2.png': await png([1, 1, 1]) })),
    ).rejects.toThrow(/2.png lies beside folders/);
    await expect(open(join(await write('bad', { 'x.tar': Buffer.alloc(2048, 7) }), 'x.tar'))).rejects.toThrow(
      /no tar archive, or damaged/,
    );
    const root = await write('large', { 'large.png': Buffer.alloc(3000, 1) });
    await create({ cwd: root, file: join(root, 'whole.tar') }, ['large.png']);
    await writeFile(join(root, 'cut.tar'), (await readFile(join(root, 'whole.tar'))).subarray(0, 2048));
    await expect(open(join(root, 'cut.tar'))).rejects.toThrow(
      /large.png \(claims 3000 bytes, but the archive ends 1536 bytes later\)/,
    );
  });
});

describe('corrupt images', () => {
  const files = async (count: number, corrupt: number): Promise<Record<string, Buffer>> => {
    const good = await png([3, 3, 3], 8, 8);
    return Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `${index % 2}/${index}.png`,
        index < corrupt ? good.subarray(0, 60) : good,
      ]),
    );
  };
  const options = {
    task: { kind: 'class' },
    augmentation: NO_AUGMENTATION,
    batchSize: 150,
    seed: 1,
    inputSizePixels: 8,
    heldOutFraction: 0,
  } as const;

  it('are named, counted and replaced in the batches', async () => {
    const set = await open(await write('some', await files(150, 1)));
    const batches = new TrainingBatches(set, options);
    const { image } = await batches.batch(0);
    for (let place = 0; place < 150; place++) expect(image.data[place * 192]).toBe(Math.fround(3 / 255));
    expect(set.skipped.map(({ name }) => name)).toEqual(['0/0.png']);
    await expect(set.read(0)).rejects.toThrow(CorruptImageError);
    expect((await extractPatches(set, { count: 149, sizePixels: 8, seed: 0 })).shape).toEqual([149, 64]);
    await batches.close();
    await set.close();
  });

  it('stop everything where they are more than 1 %', async () => {
    const set = await open(await write('many', await files(150, 4)));
    const batches = new TrainingBatches(set, options);
    await expect(batches.batch(0)).rejects.toThrow(TooManyCorruptImagesError);
    await expect(batches.batch(1)).rejects.toThrow(
      /Of 150 images at least \d cannot be read, more than 1 %: .*png/,
    );
    await batches.close();
    await set.close();
  });
});

describe('stacks', () => {
  it('are read from CIFAR in binary, its names too', async () => {
    const record = (labels: number[], red: number): Buffer =>
      Buffer.concat([
        Buffer.from(labels),
        Buffer.alloc(1024, red),
        Buffer.alloc(1024, 2),
        Buffer.alloc(1024, 3),
      ]);
    const ten = await write('cifar10', {
      'data_batch_1.bin': Buffer.concat([record([1], 10), record([0], 20)]),
      'test_batch.bin': record([0], 99),
      'batches.meta.txt': Buffer.from('airplane\nautomobile\n'),
    });
    expect(await contents(await open(ten))).toEqual([
      ['automobile', 32, 32, [10, 2, 3]],
      ['airplane', 32, 32, [20, 2, 3]],
    ]);
    const hundred = await write('cifar100', {
      'train.bin': record([7, 1], 30),
      'test.bin': record([7, 0], 30),
    });
    expect(await contents(await open(hundred))).toEqual([['class 1', 32, 32, [30, 2, 3]]]);
    await expect(open(await write('cifarX', { 'a.bin': Buffer.alloc(3072) }))).rejects.toThrow(/3072 bytes/);
  });

  it('are read from .npy in all layouts', async () => {
    const values = Uint8Array.from({ length: 24 }, (_, index) => index);
    const npy = async (shape: number[]): Promise<unknown[]> => {
      const file = join(
        await write('npy', { [`${shape.join('-')}.npy`]: writeNpy(ndarray('uint8', shape, values)) }),
        `${shape.join('-')}.npy`,
      );
      return await contents(await open(file));
    };
    expect(await npy([1, 2, 4, 3])).toEqual([['none', 4, 2, [0, 1, 2]]]);
    expect(await npy([1, 3, 2, 4])).toEqual([['none', 4, 2, [0, 8, 16]]]);
    expect(await npy([2, 3, 4])).toEqual([
      ['none', 4, 3, [0, 0, 0]],
      ['none', 4, 3, [12, 12, 12]],
    ]);
    expect(await npy([2, 12])).toEqual([
      ['none', 2, 2, [0, 4, 8]],
      ['none', 2, 2, [12, 16, 20]],
    ]);
    await expect(npy([24])).rejects.toThrow(/a stack of images is uint8/);
  });

  it('are read from ImageNet32, compressed or not', async () => {
    const data = ndarray(
      'uint8',
      [2, 12],
      Uint8Array.from({ length: 24 }, (_, index) => index),
    );
    const stored = writeNpz({ data, labels: int64([2], [7, 3]) });
    const compressed = zipSync({ 'labels.npy': writeNpy(int64([2], [3, 9])), 'data.npy': writeNpy(data) });
    const root = await write('imagenet32', {
      'train_data_batch_1.npz': stored,
      'train_data_batch_2.npz': compressed,
    });
    expect(await contents(await open(root))).toEqual([
      ['class 7', 2, 2, [0, 4, 8]],
      ['class 3', 2, 2, [12, 16, 20]],
      ['class 3', 2, 2, [0, 4, 8]],
      ['class 9', 2, 2, [12, 16, 20]],
    ]);
    await expect(open(await write('npz', { 'x.npz': writeNpz({ data }) }))).rejects.toThrow(
      /needs the arrays/,
    );
    expect((await readdir(cacheFolder)).filter((name) => name.includes('.'))).toEqual([]);
  });
});

describe('extractPatches', () => {
  it('cuts grey patches, each from its place in an image and no place twice', async () => {
    const image = Uint8Array.from(
      { length: 3 * 10 * 10 * 3 },
      (_, index) => (index * 37 + (index >> 3)) % 256,
    );
    const set = await open(
      join(await write('patches', { 'a.npy': writeNpy(ndarray('uint8', [3, 10, 10, 3], image)) }), 'a.npy'),
    );
    const all = new Set<string>();
    for (let start = 0; start < 3; start++) {
      for (let y = 0; y <= 6; y++) {
        for (let x = 0; x <= 6; x++) {
          const grey = Array.from({ length: 16 }, (_, index) => {
            const at = start * 300 + ((y + (index >> 2)) * 10 + x + (index & 3)) * 3;
            return Math.fround(((image[at] ?? 0) + (image[at + 1] ?? 0) + (image[at + 2] ?? 0)) / 765);
          });
          all.add(grey.join());
        }
      }
    }
    expect(all.size).toBe(147);
    const { shape, data } = await extractPatches(set, { count: 147, sizePixels: 4, seed: 3 });
    expect(shape).toEqual([147, 16]);
    const found = new Set(
      Array.from({ length: 147 }, (_, patch) => data.subarray(patch * 16, patch * 16 + 16).join()),
    );
    expect(found).toEqual(all);
    await expect(extractPatches(set, { count: 148, sizePixels: 4, seed: 3 })).rejects.toThrow(
      /50 different patches of 4 × 4 pixels.*one of 10 × 10 has 49/,
    );
    await set.close();
  });
});
