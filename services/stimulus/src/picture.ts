import sharp from 'sharp';
import type { RenderedImages } from './renderImages.js';

/** White columns between an image and its derivative. */
const GAP_PIXELS = 8;

/** A point as it is shown: the image, and to its right the derivative where there is one. */
export interface Picture {
  readonly png: Uint8Array;
  readonly widthPixels: number;
  readonly heightPixels: number;
}

/**
 * The picture of the point at `index`. Images are shown with `valueRange` from black to white; derivatives with 0 as
 * grey and the largest magnitude of all points as black and white, so that the pictures of one grid can be compared.
 */
export async function pictureOf(
  { images, derivatives, largestDerivative }: RenderedImages,
  index: number,
  valueRange: readonly [black: number, white: number],
): Promise<Picture> {
  const [, , height = 0, width = 0] = images.shape;
  const panels = [{ values: images.data, black: valueRange[0], white: valueRange[1] }];
  if (derivatives !== undefined) {
    // A derivative that is zero everywhere is grey, whatever the scale.
    const scale = largestDerivative || 1;
    panels.push({ values: derivatives.data, black: -scale, white: scale });
  }
  const total = panels.length * width + (panels.length - 1) * GAP_PIXELS;
  const bytes = new Uint8Array(total * height * 3).fill(255);
  const first = index * 3 * height * width;
  panels.forEach(({ values, black, white }, panel) => {
    const left = panel * (width + GAP_PIXELS);
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < height; row++) {
        const source = first + (channel * height + row) * width;
        const target = (row * total + left) * 3 + channel;
        for (let column = 0; column < width; column++) {
          bytes[target + 3 * column] = toByte(values[source + column] ?? 0, black, white);
        }
      }
    }
  });
  const png = await sharp(bytes, { raw: { width: total, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, widthPixels: total, heightPixels: height };
}

function toByte(value: number, black: number, white: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
}
