import { escapeMarkup, renderPng } from '@oblique/report';
import type { GridAxis, Parameter, Point } from '@oblique/stimuli';
import sharp, { type OverlayOptions } from 'sharp';
import type { Picture } from './picture.js';
import { captionOf, valueWithUnit } from './captions.js';
import type { DrawnStimulus } from './drawnStimulus.js';

const MARGIN = 16;
const GAP = 10;
const MOST_TILE_HEIGHT = 128;
const MOST_TILE_WIDTH = 384;
const LINE_HEIGHT = 15;
const HEADER_LINE_HEIGHT = 19;
const MOST_COLUMNS = 12;
const MOST_ROWS = 60;
/** A wide enough guess of a character's width at the sizes used. */
const CHARACTER_WIDTH = 7;
/** Up to so many tiles the sheet is drawn at twice its size, for sharp screens. */
const MOST_TILES_AT_DOUBLE_SIZE = 144;

export interface SheetOptions {
  readonly stimulus: DrawnStimulus;
  readonly axes: readonly GridAxis[];
  readonly points: readonly Point[];
  readonly variable: Parameter | undefined;
  readonly pictures: readonly Picture[];
  /** The magnitude that black and white of the derivatives stand for. */
  readonly largestDerivative: number;
}

/** All pictures of a grid on one sheet, each with the values that vary; rows follow the last axis. */
export async function contactSheet(options: SheetOptions): Promise<Uint8Array> {
  const { stimulus, axes, points, pictures } = options;
  const scale = points.length <= MOST_TILES_AT_DOUBLE_SIZE ? 2 : 1;
  const header = captionOf(options);
  const labels = points.map((point) =>
    axes.map(({ parameter }) => `${parameter} ${valueWithUnit(stimulus.family, parameter, point)}`),
  );

  const tile = tileSize(pictures[0]);
  const cellWidth = Math.max(tile.width, longest(labels.flat()) * CHARACTER_WIDTH) + GAP;
  const cellHeight = tile.height + axes.length * LINE_HEIGHT + GAP;
  const columns = columnsOf(axes, points.length);
  const rows = Math.ceil(points.length / columns);
  const top = MARGIN + header.length * HEADER_LINE_HEIGHT + GAP;
  const width = 2 * MARGIN + Math.max(columns * cellWidth - GAP, longest(header) * CHARACTER_WIDTH);
  const height = top + rows * cellHeight - GAP + MARGIN;

  const parts = header.map((line, index) => {
    const style = index === 0 ? 'font-size="14" font-weight="bold"' : 'font-size="12" fill="#444"';
    return `<text x="${MARGIN}" y="${MARGIN + 13 + index * HEADER_LINE_HEIGHT}" ${style}>${escapeMarkup(line)}</text>`;
  });
  const tiles: OverlayOptions[] = [];
  for (const [index, picture] of pictures.entries()) {
    const left = MARGIN + (index % columns) * cellWidth;
    const y = top + Math.floor(index / columns) * cellHeight;
    tiles.push({
      input: await thumbnail(picture.png, tile.width * scale, tile.height * scale, picture.heightPixels),
      left: left * scale,
      top: y * scale,
    });
    parts.push(
      // The tile covers all of it but an outline, without which a white image has no edge.
      `<rect x="${left - 0.5}" y="${y - 0.5}" width="${tile.width + 1}" height="${tile.height + 1}" fill="#bbb"/>`,
      ...(labels[index] ?? []).map((label, line) => {
        const baseline = y + tile.height + (line + 1) * LINE_HEIGHT - 2;
        return `<text x="${left}" y="${baseline}" font-size="11">${escapeMarkup(label)}</text>`;
      }),
    );
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${parts.join('')}</svg>`;
  return sharp(renderPng(svg, scale)).composite(tiles).png().toBuffer();
}

/** All pictures of a sheet have one size; long ones become narrow rather than wide. */
function tileSize(picture: Picture | undefined): { width: number; height: number } {
  const { widthPixels, heightPixels } = picture ?? { widthPixels: 1, heightPixels: 1 };
  const magnification = Math.min(MOST_TILE_HEIGHT / heightPixels, MOST_TILE_WIDTH / widthPixels);
  return {
    width: Math.max(1, Math.round(magnification * widthPixels)),
    height: Math.max(1, Math.round(magnification * heightPixels)),
  };
}

/** A row is a run of the last axis where there are several axes and the sheet does not become a ribbon. */
function columnsOf(axes: readonly GridAxis[], points: number): number {
  const last = axes.at(-1)?.values.length ?? 1;
  const oneRun = axes.length > 1 && last > 1 && last <= MOST_COLUMNS && points / last <= MOST_ROWS;
  if (oneRun) return last;
  return Math.min(points, points > MOST_COLUMNS * (MOST_COLUMNS / 2) ? MOST_COLUMNS : MOST_COLUMNS / 2);
}

/** Small pictures are enlarged with their pixels kept apart, large ones are averaged. */
async function thumbnail(
  png: Uint8Array,
  width: number,
  height: number,
  sourceHeight: number,
): Promise<Buffer> {
  const kernel = height > sourceHeight ? 'nearest' : 'lanczos3';
  return sharp(png).resize({ width, height, fit: 'fill', kernel }).png().toBuffer();
}

function longest(lines: readonly string[]): number {
  return lines.reduce((most, line) => Math.max(most, line.length), 0);
}
