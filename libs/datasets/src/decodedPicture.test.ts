import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodedPicture } from './decodedPicture.js';

interface Reference {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

// Made by reference/pictures.py.
const reference = JSON.parse(
  readFileSync(new URL('../reference/pictures.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Reference>>;

describe('an encoded image', () => {
  it.each(Object.keys(reference))('has the pixels that Pillow has in RGB: %s', async (kind) => {
    const { file, width, height, pixels } = reference[kind]!;
    const found = await decodedPicture(Buffer.from(file, 'base64'));
    expect([found.width, found.height]).toEqual([width, height]);
    const differences = Buffer.from(pixels, 'base64').map((value, index) =>
      Math.abs(value - found.data[index]!),
    );
    // From AVIF's colours to RGB libheif rounds otherwise than libavif.
    expect(Math.max(...differences)).toBeLessThanOrEqual(kind === 'AVIF' ? 1 : 0);
    expect(found.data).toHaveLength(differences.length);
  });
});

describe('what is no such image', () => {
  const [jpeg, gif] = ['JPEG', 'GIF'].map((kind) => Buffer.from(reference[kind]!.file, 'base64'));
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
  /** A header alone: 60000 × 60000 pixels of one bit, which would be 10.8 GB as RGB. */
  const bomb = Buffer.from(reference['PNG, 1 bit']!.file, 'base64');
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);

  it.each([
    ['an empty file', Buffer.alloc(0), /^empty file$/],
    ['a page', Buffer.from('<!DOCTYPE html>'), /^no JPEG, PNG, WebP, TIFF, GIF or AVIF$/],
    ['a drawing', svg, /^no JPEG/],
    ['a cut JPEG', jpeg!.subarray(0, jpeg!.length / 2), /premature end/i],
    ['a cut GIF', gif!.subarray(0, gif!.length - 30), /./],
    ['a bomb', bomb, /^60000 × 60000 pixels; at most 89478485 in all are read$/],
  ])('is refused: %s', async (_, bytes, reason) => {
    await expect(decodedPicture(bytes)).rejects.toThrow(reason);
  });
});
