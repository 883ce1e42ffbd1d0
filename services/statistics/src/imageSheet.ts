import { escapeMarkup, renderPng } from '@oblique/report';
import type { RgbImage } from '@oblique/statistics';
import sharp, { type OverlayOptions } from 'sharp';

/** One picture of a sheet. */
export interface SheetImage extends RgbImage {
  readonly label: string;
}

const TILE = 96;
const GAP = 10;
const MARGIN = 16;
const LABEL_HEIGHT = 15;
const HEADING_HEIGHT = 30;
const COLUMNS = 10;
/** For sharp screens. */
const SCALE = 2;
/** Longer labels would run into their neighbours. */
const MOST_CHARACTERS = 15;

/** Labelled pictures in a grid under a heading, as a PNG. Small ones are enlarged with their pixels kept apart. */
export async function imageSheet(heading: string, images: readonly SheetImage[]): Promise<Uint8Array> {
  const cell = TILE + GAP;
  const columns = Math.min(COLUMNS, Math.max(6, images.length));
  const width = 2 * MARGIN + columns * cell - GAP;
  const height =
    2 * MARGIN + HEADING_HEIGHT + Math.ceil(images.length / columns) * (cell + LABEL_HEIGHT) - GAP;
  const texts = [text(heading, MARGIN, MARGIN + 14, 14)];
  const tiles: OverlayOptions[] = [];
  for (const [index, { label, ...image }] of images.entries()) {
    const left = MARGIN + (index % columns) * cell;
    const top = MARGIN + HEADING_HEIGHT + Math.floor(index / columns) * (cell + LABEL_HEIGHT);
    tiles.push({ input: await tile(image), left: left * SCALE, top: top * SCALE });
    const short = label.length > MOST_CHARACTERS ? `${label.slice(0, MOST_CHARACTERS - 1)}…` : label;
    texts.push(text(short, left, top + TILE + LABEL_HEIGHT - 3, 11));
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${texts.join('')}</svg>`;
  return sharp(renderPng(svg, SCALE)).composite(tiles).png().toBuffer();
}

/** The whole image, its longer side the tile's. */
async function tile({ pixels, width, height }: RgbImage): Promise<Buffer> {
  const side = TILE * SCALE;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(side, side, {
      fit: 'contain',
      background: '#fff',
      kernel: Math.max(width, height) < side ? 'nearest' : 'lanczos3',
    })
    .png()
    .toBuffer();
}

function text(content: string, x: number, y: number, size: number): string {
  return `<text x="${x}" y="${y}" font-size="${size}">${escapeMarkup(content)}</text>`;
}
