import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmod, link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ndarray, writeNpy, writeNpz } from '@oblique/arrays';
import sharp from 'sharp';
import { create, Header } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipSync } from 'fflate';
import { NO_AUGMENTATION } from './augmentation.js';
import { DatasetError, type ImageSet } from './imageSet.js';
import { openImageSet } from './openImageSet.js';
import { TrainingBatches } from './trainingBatches.js';

let folder: string;
let picture: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-odd-'));
  picture = await sharp(Buffer.alloc(48, 7), { raw: { width: 4, height: 4, channels: 3 } })
    .png()
    .toBuffer();
});
afterAll(() => rm(folder, { recursive: true }));

async function write(root: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, root, name)), { recursive: true });
    await writeFile(join(folder, root, name), bytes);
  }
  return join(folder, root);
}

const open = (location: string): Promise<ImageSet> =>
  openImageSet({ kind: 'location', location }, { cacheFolder: join(folder, 'cache') });

/** Names of the images, all of them read, and what was skipped. */
async function opened(location: string): Promise<{ images: string[]; skipped: Record<string, string> }> {
  const set = await open(location);
  const images: string[] = [];
  for (let index = 0; index < set.length; index++) {
    const entry = set.entry(index);
    if (entry.kind === 'scene') continue;
    try {
      await set.read(index);
      images.push(entry.name);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
    }
  }
  await set.close();
  return { images, skipped: Object.fromEntries(set.skipped.map(({ name, reason }) => [name, reason])) };
}

describe('a folder', () => {
  it('keeps its images where links lead nowhere, round in circles or back into it', async () => {
    const outside = await write('outside', { 'c1.png': picture, 'deep/c2.png': picture });
    const root = await write('links', { 'a/1.png': picture, 'b/2.png': picture, '.hidden/3.png': picture });
    await symlink('/nonexistent.png', join(root, 'a/gone.png'));
    await symlink('self.png', join(root, 'a/self.png'));
    await symlink('..', join(root, 'a/up'));
    await symlink(folder, join(root, 'a/above'));
    await symlink('../b', join(root, 'a/beside'));
    await symlink('../b/2.png', join(root, 'a/two.png'));
    await symlink('../.hidden/3.png', join(root, 'a/3.png'));
    await symlink(outside, join(root, 'c'));
    await symlink(outside, join(root, 'd'));
    await symlink(root, join(outside, 'deep/back'));
    await symlink('..', join(outside, 'deep/up'));
    await link(join(root, 'a/1.png'), join(root, 'b/hard.png'));
    expect(await opened(root)).toEqual({
      images: ['a/1.png', 'a/3.png', 'b/2.png', 'b/hard.png', 'c/c1.png', 'c/deep/c2.png'],
      skipped: {
        'a/above': 'link to a folder that the set lies in',
        'a/beside': 'link to b, which is read under that name',
        'a/gone.png': 'link to nothing',
        'a/self.png': 'link that leads back to itself',
        'a/two.png': 'link to b/2.png, which is read under that name',
        'a/up': 'link to the whole set',
        'c/deep/back': 'link to the whole set',
        'c/deep/up': 'folder that is read already, as c',
        d: 'folder that is read already, as c',
      },
    });
  });

  it('opens no pipe and no socket, and tells formats that are not read', async () => {
    const root = await write('special', {
      'a/1.PNG': picture,
      'a/empty.jpg': Buffer.alloc(0),
      'b/2.png': picture,
      'b/x.heic': picture,
      'b/notes.txt': picture,
      '__MACOSX/a/1.png': picture,
      'b/.DS_Store': picture,
    });
    execFileSync('mkfifo', [join(root, 'a/pipe.png')]);
    await symlink('pipe.png', join(root, 'a/pipes.png'));
    const socket = createServer().listen(join(root, 'b/socket'));
    await once(socket, 'listening');
    try {
      expect(await opened(root)).toEqual({
        images: ['a/1.PNG', 'b/2.png'],
        skipped: {
          'a/empty.jpg': 'empty file',
          'a/pipe.png': 'pipe, socket or device',
          'a/pipes.png': 'link to a pipe, socket or device',
          'b/socket': 'pipe, socket or device',
          'b/x.heic': 'format that is not read; convert it to PNG',
        },
      });
    } finally {
      socket.close();
    }
    await expect(open(join(root, 'a/pipe.png'))).rejects.toThrow(/no file but a pipe, socket or device/);
  });

  it('keeps names apart that are no UTF-8', async () => {
    const root = await write('bytes', { 'ä/1.png': picture });
    for (const byte of [0xfe, 0xff]) {
      const below = Buffer.concat([Buffer.from(`${root}/`), Buffer.of(byte)]);
      await mkdir(below);
      await writeFile(Buffer.concat([below, Buffer.from('/1.png')]), picture);
    }
    const set = await open(root);
    expect(set.classes).toEqual(['\\xfe', '\\xff', 'ä']);
    const task = { kind: 'class' } as const;
    const sizes = { batchSize: 3, inputSizePixels: 4, heldOutFraction: 0, seed: 1 };
    const batches = new TrainingBatches(set, { task, augmentation: NO_AUGMENTATION, ...sizes });
    expect([...(await batches.batch(0)).label.data].sort()).toEqual([0n, 1n, 2n]);
    await batches.close();
    await set.close();
    expect((await opened(root)).images).toEqual(['\\xfe/1.png', '\\xff/1.png', 'ä/1.png']);
  });

  it.skipIf(process.getuid?.() === 0)('names what may not be read', async () => {
    const root = await write('forbidden', { 'a/1.png': picture, 'a/2.png': picture, 'b/3.png': picture });
    await chmod(join(root, 'a/2.png'), 0);
    await chmod(join(root, 'b'), 0);
    try {
      const { images, skipped } = await opened(root);
      expect(images).toEqual(['a/1.png']);
      expect(skipped).toEqual({ b: 'permission denied', 'a/2.png': 'permission denied' });
    } finally {
      await chmod(join(root, 'b'), 0o700);
    }
  });

  it('learns from all but one image of a few, and is refused where none is left', async () => {
    const task = { kind: 'reconstruction' } as const;
    const sizes = { batchSize: 4, inputSizePixels: 4, heldOutFraction: 0, seed: 1 };
    const root = await write('few', { '1.png': picture, '2.png': picture, '3.png': picture.subarray(0, 50) });
    const set = await open(root);
    const batches = new TrainingBatches(set, { task, augmentation: NO_AUGMENTATION, ...sizes });
    expect((await batches.batch(0)).image.data.every((value) => value === Math.fround(7 / 255))).toBe(true);
    expect(set.skipped.map(({ name }) => name)).toEqual(['3.png']);
    await batches.close();
    await set.close();
    await rm(join(root, '1.png'));
    await rm(join(root, '2.png'));
    const none = await open(root);
    const broken = new TrainingBatches(none, { task, augmentation: NO_AUGMENTATION, ...sizes });
    await expect(broken.batch(0)).rejects.toThrow(/Of 1 images at least 1 cannot be read.*3\.png/);
    await broken.close();
    await none.close();
    await rm(join(root, '3.png'));
    await symlink('gone', join(root, '4.png'));
    await expect(open(root)).rejects.toThrow(
      /no images that can be read. Skipped: 4.png \(link to nothing\)/,
    );
  });
});

describe('a tar archive', () => {
  function header(name: string, type: string, size: number, more: { linkpath?: string } = {}): Buffer {
    const block = Buffer.alloc(512);
    new Header({ path: name, mode: 0o644, size, ...more }).encode(block);
    block.write(type, 156, 'latin1');
    return sealed(block);
  }

  /** With its checksum set right. */
  function sealed(block: Buffer): Buffer {
    block.fill(' ', 148, 156);
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    return block;
  }

  const padded = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  const file = (name: string, bytes = picture): Buffer =>
    Buffer.concat([header(name, '0', bytes.length), padded(bytes)]);
  const pax = (records: Readonly<Record<string, string | Buffer>>, type = 'x'): Buffer => {
    const lines = Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
      const digits = String(rest.length + String(rest.length).length).length;
      return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
    });
    const text = Buffer.concat(lines);
    return Buffer.concat([header('pax', type, text.length), padded(text)]);
  };
  const tar = async (name: string, ...blocks: readonly Buffer[]): Promise<string> =>
    join(await write('tars', { [name]: Buffer.concat([...blocks, Buffer.alloc(1024)]) }), name);

  it('gives hard links their bytes, and says what its other links, pipes and devices are', async () => {
    const root = await write('linked', { 'a/1.png': picture });
    await link(join(root, 'a/1.png'), join(root, 'a/2.png'));
    await symlink('1.png', join(root, 'a/3.png'));
    await symlink('..', join(root, 'a/up'));
    await symlink('/nonexistent', join(root, 'a/gone.png'));
    execFileSync('mkfifo', [join(root, 'a/pipe')]);
    const made = join(folder, 'linked.tar');
    execFileSync('tar', ['-cf', made, '-C', root, '.']);
    const { images, skipped } = await opened(made);
    expect(images).toEqual(['a/1.png', 'a/2.png']);
    expect(skipped).toMatchObject({
      'a/3.png': 'link to a/1.png, which is read under that name',
      'a/gone.png': 'link to nothing in the archive',
      'a/pipe': 'pipe or device',
    });
    expect(Object.keys(skipped)).toContain('a/up');
  });

  it('survives headers that claim too much, are damaged, or say the same twice', async () => {
    const damaged = header('damaged.png', '0', 10);
    damaged[0] = 0;
    const base256 = header('huge.png', '0', 0);
    base256.fill(0xff, 124, 136);
    base256[124] = 0x80;
    const negative = header('negative.png', '0', 0);
    negative.fill(0xff, 124, 136);
    const bytes = header('', '0', picture.length);
    bytes.set(Buffer.from('b\xff.png', 'latin1'));
    const location = await tar(
      'odd.tar',
      file('1.png'),
      header('large.png', '0', 8_000_000_000),
      file('2.png'),
      damaged,
      sealed(base256),
      sealed(negative),
      pax({ path: Buffer.from('p\xfe.png', 'latin1') }),
      file('cut name'),
      pax({ size: '-5' }),
      header('minus.png', '0', 0),
      header('long', 'L', 9_000_000_000),
      file('3.png'),
      sealed(bytes),
      padded(picture),
      file('1.png'),
    );
    const { images, skipped } = await opened(location);
    expect(images).toEqual(['1.png', '2.png', '3.png', 'b\\xff.png', 'p\\xfe.png']);
    expect(skipped).toMatchObject({
      '1.png': 'replaced by a later entry of the same name',
      'large.png': expect.stringMatching(/^claims 8000000000 bytes, but the archive ends \d+ bytes later$/),
      'huge.png': expect.stringMatching(/^claims .* bytes, but the archive ends/),
      'negative.png': expect.stringMatching(/^claims a size that is no number/),
      'minus.png': expect.stringMatching(/^claims a size that is no number/),
      long: expect.stringMatching(/^claims 9000000000 bytes/),
    });
    expect(Object.entries(skipped).find(([, reason]) => reason === 'damaged')?.[0]).toMatch(
      /^header at byte/,
    );
  });

  it('has long names of both kinds', async () => {
    const long = `${'a'.repeat(150)}.png`;
    const gnu = Buffer.from(`${'b'.repeat(150)}.png\0`);
    const location = await tar(
      'long.tar',
      pax({ path: long }),
      file('short'),
      Buffer.concat([header('././@LongLink', 'L', gnu.length), padded(gnu)]),
      file('short'),
    );
    expect(await opened(location)).toEqual({ images: [long, `${'b'.repeat(150)}.png`], skipped: {} });
  });

  it('loses only its last image where it is cut', async () => {
    const root = await write('whole', { '1.png': picture, '2.png': picture });
    const whole = join(folder, 'whole.tar');
    await create({ cwd: root, file: whole }, ['1.png', '2.png']);
    const cut = join(folder, 'cut.tar');
    await writeFile(cut, (await readFile(whole)).subarray(0, 512 * 3 + 20));
    const { images, skipped } = await opened(cut);
    expect(images).toEqual(['1.png']);
    expect(skipped).toEqual({
      '2.png': expect.stringMatching(/^claims \d+ bytes, but the archive ends 20 bytes later/),
    });
  });
});

describe('stacks', () => {
  /** A .npy whose header says what its bytes do not bear out. */
  function npy(dtype: string, shape: string, bytes = 0): Uint8Array {
    const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + '\n';
    return Buffer.concat([
      Buffer.from('\x93NUMPY\x01\0', 'latin1'),
      Buffer.of(118, 0),
      Buffer.from(text),
      Buffer.alloc(bytes),
    ]);
  }
  const good = ndarray('uint8', [2, 2, 2], new Uint8Array(8));

  it('are read beside others that are none', async () => {
    const root = await write('stacks', {
      'good.npy': writeNpy(good),
      'objects.npy': npy('|O', '2, 2, 2', 8),
      'huge.npy': npy('|u1', '9007199254740991, 32, 32'),
      'flat.npy': npy('|u1', '5, 0, 0'),
      'text.npy': Buffer.from('text'),
    });
    const { images, skipped } = await opened(root);
    expect(images).toEqual(['image 0 of good.npy', 'image 1 of good.npy']);
    expect(skipped).toEqual({
      'objects.npy': expect.stringContaining('|O'),
      'huge.npy': expect.stringMatching(/^declares 9007199254740991 images of 32 × 32 pixels.*but holds 0$/),
      'flat.npy': expect.stringMatching(/^declares 5 images of 0 × 0 pixels/),
      'text.npy': expect.stringMatching(/does not begin as a .npy/),
    });
  });

  it('are refused by name where their labels are objects or no whole numbers', async () => {
    const zipped = (labels: Uint8Array): Uint8Array =>
      zipSync({ 'data.npy': writeNpy(good), 'labels.npy': labels });
    const root = await write('labels', {
      'objects.npz': zipped(npy('|O', '2,', 30)),
      'text.npz': zipped(npy('<U3', '2,', 24)),
      'halves.npz': zipped(writeNpy(ndarray('float64', [2], Float64Array.of(0, 0.5)))),
      'few.npz': zipped(writeNpy(ndarray('int32', [1], Int32Array.of(0)))),
      'broken.npz': Buffer.from('PK no zip'),
    });
    for (const [name, reason] of [
      ['objects', /no images that can be read. Skipped: objects.npz \(.*\|O/],
      ['text', /<U3/],
      ['halves', /must be whole numbers, of which each is a class; one is 0.5/],
      ['few', /has 2 images but 1 labels/],
      ['broken', /broken.npz \(.+\)/],
    ] as const)
      await expect(open(join(root, `${name}.npz`))).rejects.toThrow(reason);
    await writeFile(
      join(root, 'good.npz'),
      writeNpz({ data: good, labels: ndarray('int32', [2], Int32Array.of(3, 5)) }),
    );
    const { images, skipped } = await opened(root);
    expect(images).toHaveLength(2);
    expect(Object.keys(skipped)).toEqual(['broken.npz', 'few.npz', 'halves.npz', 'objects.npz', 'text.npz']);
  });

  it('are read from CIFAR beside files that are none, of whatever size', async () => {
    const root = await write('cifar', {
      'a.bin': Buffer.alloc(3073 * 3, 1),
      'weights.bin': Buffer.alloc(5000),
    });
    execFileSync('truncate', ['-s', '40000000001', join(root, 'large.bin')]);
    const { images, skipped } = await opened(root);
    expect(images).toHaveLength(3);
    expect(skipped['weights.bin']).toMatch(/^5000 bytes, which is no multiple/);
    expect(skipped['large.bin']).toMatch(/^40000000001 bytes/);
  });
});
