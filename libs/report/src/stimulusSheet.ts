import { float64, ndarray, toNumbers, type NdArray } from '@oblique/arrays';
import sharp from 'sharp';
import { numberText } from './axisTicks.js';
import { escapeMarkup, shortenMiddle } from './drawableText.js';
import type { Drawing } from './drawSpec.js';
import { checkFigureId, type Figure, type FigureHead } from './figure.js';
import { FONT_FAMILY, textWidthPixels } from './fonts.js';
import { INK, MUTED, RULE } from './palette.js';
import { rangeOf } from './valueScale.js';

/** One picture with its label. */
export interface LabelledImage {
  readonly label: string;
  /** [3, H, W] (red, green, blue) or [1, H, W] (grey); NaN is drawn as red. */
  readonly pixels: NdArray;
  /** The values drawn black and white; values outside are clipped. */
  readonly range: readonly [number, number];
  /** Images of one group stand together under its name, in the order of the images. */
  readonly group?: string;
}

/** How a sheet of pictures is laid out. */
export interface SheetLayout {
  readonly images: readonly LabelledImage[];
  /** Pictures in a row; default as many as fit 900 pixels. */
  readonly columns?: number;
  /** Longest side of a picture in pixels; default 128. */
  readonly tilePixels?: number;
  /** Whether the values drawn black and white stand under each picture; default true. */
  readonly ranges?: boolean;
  readonly heading?: string;
}

/** What `stimulusSheet` draws. */
export interface StimulusSheet extends FigureHead, SheetLayout {}

const GAP = 14;
const MARGIN = 14;
const LINE = 15;
const SIZE = 12;

/**
 * Pictures of stimuli, or of their derivatives, in a labelled grid; under each the values drawn black and white.
 * The arrays are `pixels` [N, C, H, W] (`pixels/<n>`, from 1, where the shapes differ) and `range` [N, 2].
 * @throws RangeError where an image is not [3, H, W] or [1, H, W], or a range is empty.
 */
export async function stimulusSheet(declaration: StimulusSheet): Promise<Figure> {
  const { id, title, caption, provenance = [], images } = declaration;
  checkFigureId(id);
  const drawing = await drawSheet(declaration);
  const [first] = images;
  const alike = first !== undefined && images.every(({ pixels }) => pixels.shape.join() === first.pixels.shape.join());
  const stacked = alike
    ? { pixels: stack(images, first.pixels.shape) }
    : Object.fromEntries(images.map(({ pixels }, index) => [`pixels/${index + 1}`, pixels]));
  const ranges = images.flatMap(({ range }) => [...range]);
  return {
    id,
    title,
    caption,
    provenance,
    table: {
      columns: ['group', 'label', 'black', 'white', 'lowest', 'highest'],
      rows: images.map(({ group = '', label, range, pixels }) => [group, label, ...range, ...(rangeOf(toNumbers(pixels)) ?? [NaN, NaN])]),
    },
    arrays: { ...stacked, range: float64([images.length, 2], ranges) },
    ...drawing,
  };
}

/** The sheet as an SVG with the pictures inside it. */
export async function drawSheet({ images, columns, tilePixels = 128, ranges = true, heading }: SheetLayout): Promise<Drawing> {
  const perRow = Math.max(1, columns ?? Math.min(images.length, Math.floor((900 + GAP) / (tilePixels + GAP))));
  const parts: string[] = [];
  const groups = grouped(images);
  const rowWidth = Math.min(perRow, Math.max(1, ...[...groups.values()].map((group) => group.length)));
  const headings = [heading ?? '', ...groups.keys()].map((text) => textWidthPixels(text, 15, true));
  const width = Math.ceil(2 * MARGIN + Math.max(rowWidth * (tilePixels + GAP) - GAP, ...headings));
  let y = MARGIN;
  if (heading !== undefined) {
    parts.push(text(heading, MARGIN, y + 14, 15, INK, true));
    y += 30;
  }
  for (const [name, members] of groups) {
    if (name !== '') {
      parts.push(text(name, MARGIN, y + 12, 13, INK, true));
      y += 22;
    }
    for (let start = 0; start < members.length; start += perRow) {
      const row = members.slice(start, start + perRow);
      const labels = row.map(({ label }) => wrap(label, tilePixels));
      const lines = Math.max(...labels.map((label) => label.length));
      const sizes = row.map(({ pixels }) => fit(sizeOf(pixels), tilePixels));
      const tallest = Math.max(...sizes.map((size) => size.height));
      for (const [index, image] of row.entries()) {
        const x = MARGIN + index * (tilePixels + GAP);
        const { width: w, height: h } = sizes[index] ?? { width: tilePixels, height: tilePixels };
        const source = await pngOf(image, w, h);
        parts.push(
          `<image x="${x}" y="${y}" width="${w}" height="${h}" preserveAspectRatio="none" xlink:href="data:image/png;base64,${source}"/>`,
          `<rect x="${x - 0.5}" y="${y - 0.5}" width="${w + 1}" height="${h + 1}" fill="none" stroke="${RULE}"/>`,
          ...(labels[index] ?? []).map((line, at) => text(line, x, y + tallest + 16 + at * LINE, SIZE, INK)),
          ...(ranges
            ? [text(`range ${numberText(image.range[0], 2)} to ${numberText(image.range[1], 2)}`, x, y + tallest + 16 + lines * LINE, 11, MUTED)]
            : []),
        );
      }
      y += tallest + 16 + (lines - (ranges ? 0 : 1)) * LINE + GAP;
    }
  }
  const height = Math.ceil(y + MARGIN - GAP + 8);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="#ffffff"/>${parts.join('')}</svg>`;
  return { svg, widthPixels: width, heightPixels: height };
}

function stack(images: readonly LabelledImage[], shape: readonly number[]): NdArray {
  const size = images[0]?.pixels.data.length ?? 0;
  const data = new Float32Array(images.length * size);
  for (const [index, { pixels }] of images.entries()) data.set(toNumbers(pixels), index * size);
  return ndarray('float32', [images.length, ...shape], data);
}

function grouped(images: readonly LabelledImage[]): Map<string, LabelledImage[]> {
  const groups = new Map<string, LabelledImage[]>();
  for (const image of images) {
    const name = image.group ?? '';
    groups.set(name, [...(groups.get(name) ?? []), image]);
  }
  return groups;
}

function text(content: string, x: number, y: number, size: number, fill: string, bold = false): string {
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x}" y="${y}" font-family="${escapeMarkup(FONT_FAMILY)}" font-size="${size}px"${weight} fill="${fill}">${escapeMarkup(content)}</text>`;
}

/** `label` in at most three lines of this width, the last one shortened where it does not fit. */
function wrap(label: string, widthPixels: number): string[] {
  const fits = (line: string): boolean => textWidthPixels(line, SIZE) <= widthPixels;
  const lines: string[] = [];
  for (const word of label.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const kept = lines.length > 3 ? [...lines.slice(0, 2), lines.slice(2).join(' ')] : lines;
  return kept.map((line) => {
    let length = Array.from(line).length;
    while (length > 3 && !fits(shortenMiddle(line, length))) length -= 1;
    return shortenMiddle(line, length);
  });
}

interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function sizeOf({ shape }: NdArray): Size {
  const [channels = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || (channels !== 3 && channels !== 1) || height < 1 || width < 1) {
    throw new RangeError(`A picture has the shape [3, height, width] or [1, height, width], not [${shape.join(', ')}].`);
  }
  return { channels, height, width };
}

function fit({ width, height }: Size, longest: number): { width: number; height: number } {
  const scale = longest / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The picture as base64 PNG, no larger than twice its shown size; small pictures keep their pixels' edges. */
async function pngOf({ label, pixels, range: [low, high] }: LabelledImage, shownWidth: number, shownHeight: number): Promise<string> {
  if (!(high > low)) throw new RangeError(`The range of the picture "${label}" is empty: [${low}, ${high}].`);
  const { channels, height, width } = sizeOf(pixels);
  const values = toNumbers(pixels);
  const area = height * width;
  const bytes = new Uint8Array(area * 3);
  for (let pixel = 0; pixel < area; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = values[pixel + (channels === 1 ? 0 : channel * area)] ?? NaN;
      const level = Math.round((255 * (value - low)) / (high - low));
      bytes[pixel * 3 + channel] = Number.isNaN(value) ? (channel === 0 ? 255 : 0) : Math.max(0, Math.min(255, level));
    }
  }
  const image = sharp(bytes, { raw: { width, height, channels: 3 } });
  if (width > 2 * shownWidth) image.resize(2 * shownWidth, 2 * shownHeight);
  else if (width < shownWidth) image.resize(2 * shownWidth, 2 * shownHeight, { kernel: 'nearest' });
  return (await image.png({ compressionLevel: 9 }).toBuffer()).toString('base64');
}
