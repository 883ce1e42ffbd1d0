import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ndarray, writeNpy, writeNpz } from '@oblique/arrays';
import { statisticsV1 } from '@oblique/contracts';
import { deflateSync } from 'node:zlib';
import { crc32 } from 'node:zlib';
import type { Draw } from './draw.js';
import type { FuzzedServices } from './fuzzedServices.js';
import { described, type Finding, type FuzzKind, type PreparedKind } from './fuzzKind.js';
import { isFault, RawClient } from './rawCalls.js';

const { describeImages, extractPatches } = statisticsV1.StatisticsServiceService;
const BLOCK = 512;

/** Folders, archives and arrays with odd entries. */
export const datasetsKind: FuzzKind = {
  name: 'datasets',
  prepare: async (services) => new Datasets(services),
};

class Datasets implements PreparedKind {
  readonly #client: RawClient;
  readonly #home: string;

  constructor(services: FuzzedServices) {
    this.#client = new RawClient(services.endpoint('statistics'));
    this.#home = services.home;
  }

  async run(draw: Draw): Promise<Finding | undefined> {
    const folder = join(this.#home, 'dataset');
    await mkdir(folder);
    try {
      const { location, input } = await draw.pick([folderSet, tarSet, arraySet, zipSet])(folder, draw);
      const dataset = { source: { $case: 'location', value: location } } as const;
      const asked = draw.chance(0.8);
      const bytes = asked
        ? statisticsV1.DescribeImagesRequest.encode(
            statisticsV1.DescribeImagesRequest.fromPartial({ dataset, images: 3, examples: 1 }),
          ).finish()
        : statisticsV1.ExtractPatchesRequest.encode(
            statisticsV1.ExtractPatchesRequest.fromPartial({ dataset, count: 3, sizePixels: 4 }),
          ).finish();
      const method = asked ? describeImages : extractPatches;
      const outcome = await this.#client.call(method, [bytes]);
      if (!isFault(outcome)) return undefined;
      return { what: described(method.path, outcome), input, fileName: 'dataset' };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

interface Made {
  readonly location: string;
  readonly input: Uint8Array;
}

async function folderSet(folder: string, draw: Draw): Promise<Made> {
  const said: string[] = [];
  for (let count = 1 + draw.below(5); count > 0; count--) {
    const parent = draw.chance(0.5)
      ? folder
      : join(folder, draw.pick(['a', 'b', 'ü', '.hidden', 'train', 'test']));
    await mkdir(parent, { recursive: true });
    const path = join(parent, `${draw.pick(NAMES)}${draw.pick(SUFFIXES)}`);
    said.push(path);
    try {
      switch (draw.below(5)) {
        case 0:
          await symlink(draw.pick(['nowhere', '..', '.', '/dev/zero', '/etc', path]), path);
          break;
        case 1:
          await mkdir(path);
          break;
        default:
          await writeFile(path, someFile(draw));
      }
    } catch (error) {
      // Two of one name, or written through a link: what is there stays.
      if (!(
        error instanceof Error &&
        'code' in error &&
        ['EEXIST', 'EISDIR', 'ELOOP', 'ENOENT', 'EACCES'].includes(String(error.code))
      ))
        throw error;
    }
  }
  return { location: folder, input: Buffer.from(said.join('\n')) };
}

async function tarSet(folder: string, draw: Draw): Promise<Made> {
  const parts: Uint8Array[] = [];
  for (let count = draw.below(5); count > 0; count--) {
    const bytes = someFile(draw);
    parts.push(tarHeader(`${draw.pick(NAMES)}${draw.pick(SUFFIXES)}`, bytes.length, draw));
    parts.push(bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  const tar = new Uint8Array(Buffer.concat(parts));
  const damaged = draw.chance(0.3) ? draw.damaged(tar) : tar;
  const packed = draw.chance(0.3);
  const input = packed ? new Uint8Array(gzipSync(damaged)) : damaged;
  const location = join(folder, packed ? 'set.tar.gz' : 'set.tar');
  await writeFile(location, draw.chance(0.1) ? draw.damaged(input) : input);
  return { location, input };
}

async function arraySet(folder: string, draw: Draw): Promise<Made> {
  const input = someArray(draw);
  const location = join(folder, 'set.npy');
  await writeFile(location, input);
  return { location, input };
}

async function zipSet(folder: string, draw: Draw): Promise<Made> {
  const count = 1 + draw.below(4);
  const side = draw.pick([1, 4, 8]);
  const data = ndarray('uint8', [count, 3 * side * side], draw.bytes(count * 3 * side * side));
  const labels = ndarray(
    'int64',
    [count],
    BigInt64Array.from({ length: count }, () => BigInt(draw.below(5)) - 1n),
  );
  const members = draw.pick([
    { data, labels },
    { data },
    { labels },
    { images: data, labels },
    { data: labels, labels: data },
  ]);
  const zip = writeNpz(members);
  const input = draw.chance(0.6) ? draw.damaged(zip) : zip;
  const location = join(folder, 'set.npz');
  await writeFile(location, input);
  return { location, input };
}

const NAMES = ['one', 'two', 'ü', 'a b', '=x', '.dot', 'x'.repeat(90), 'n\nl'];
const SUFFIXES = ['.png', '.jpg', '.webp', '.npy', '.npz', '.bin', '.txt', '.tif', ''];
const TYPES = ['|u1', '<f4', '>f4', '|O', '<U5', '|S3', '<M8[ns]', '<c16', '|b1', '<i8', '|V4', '<f2'];
const SHAPES = [
  '(3, 4, 4)',
  '(3, 4, 4, 3)',
  '(3, 3, 4, 4)',
  '()',
  '(0,)',
  '(0, 4, 4)',
  '(-1, 4, 4)',
  '(9223372036854775807, 4, 4)',
  '(4294967296, 4294967296)',
  '(3,4,4',
  '(3, 4.5, 4)',
  '(1, 100000, 100000)',
];

function someFile(draw: Draw): Uint8Array {
  switch (draw.below(5)) {
    case 0:
      return png(draw);
    case 1:
      return draw.damaged(png(draw));
    case 2:
      return someArray(draw);
    case 3:
      return new Uint8Array();
    default:
      return draw.bytes(draw.below(200));
  }
}

function someArray(draw: Draw): Uint8Array {
  if (draw.chance(0.3)) {
    const side = draw.pick([4, 8]);
    return draw.damaged(writeNpy(ndarray('uint8', [3, side, side], draw.bytes(3 * side * side))));
  }
  const dictionary = `{'descr': '${draw.pick(TYPES)}', 'fortran_order': ${draw.pick(['True', 'False', '1'])}, 'shape': ${draw.pick(SHAPES)}, }`;
  const header = Buffer.from(dictionary.padEnd(117).concat('\n'));
  const length = draw.chance(0.1) ? 65_535 : header.length;
  const start = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    draw.pick([1, 1, 1, 2, 9]),
    0,
    length & 255,
    length >> 8,
  ]);
  return new Uint8Array(Buffer.concat([start, header, draw.bytes(draw.pick([0, 48, 144, 500]))]));
}

/** A grey picture, its size in the header sometimes a lie. */
function png(draw: Draw): Uint8Array {
  const side = draw.pick([1, 4, 8]);
  const [width, height] = draw.chance(0.8) ? [side, side] : [draw.pick([0, 2 ** 31 - 1, 60_000]), side];
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.from(
    Array.from({ length: side * (side + 1) }, (_, index) => (index % (side + 1) ? draw.below(256) : 0)),
  );
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk('IHDR', size),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function tarHeader(name: string, size: number, draw: Draw): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  header.write(name.slice(0, 99), 0);
  header.write('0000644\0', 100);
  const claimed = draw.chance(0.85) ? size : draw.pick([0, 2 ** 33 - 1, size + 7, 1e9]);
  header.write(`${claimed.toString(8).padStart(11, '0').slice(-11)}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(draw.chance(0.7) ? '0' : draw.pick(['1', '2', '3', '5', '6', 'x', 'g', 'L', 'Z']), 156);
  header.write('ustar\0' + '00', 257);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  if (!draw.chance(0.05)) header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return new Uint8Array(header);
}
