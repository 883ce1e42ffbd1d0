import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Picture } from './picture.js';
import { pictureFormat } from './pictureFormat.js';

// Images are decoded beside one another in libuv's threads, each by one of them.
sharp.concurrency(1);
sharp.cache(false);

/** As many as Pillow decodes without a warning: 256 MiB as RGB. */
const MOST_PIXELS = 89_478_485;

/**
 * The pixels of an encoded image as Pillow's `Image.open(…).convert('RGB')` has them, and so torchvision's loaders:
 * profiles (ICC), gamma and EXIF's orientation are left alone, alpha is dropped, palettes are looked up, CMYK becomes
 * RGB by its black. Of several pages or frames the first is taken. 16-bit colours keep their high byte; 16-bit greys are
 * cut off at 255, as there.
 * @throws Error saying why it is no such image
 */
export async function decodedPicture(bytes: Uint8Array): Promise<Picture & { readonly data: Uint8Array }> {
  if (bytes.length === 0) throw new Error('empty file');
  const format = pictureFormat(bytes);
  if (format === undefined) throw new Error('no JPEG, PNG, WebP, TIFF, GIF or AVIF');
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: false });
  const found = await image.metadata();
  const { width, height } = found;
  if (width * height > MOST_PIXELS)
    throw new Error(`${width} × ${height} pixels; at most ${MOST_PIXELS} in all are read`);
  return { width, height, data: await rgbOf(image, format, found) };
}

async function rgbOf(
  image: Sharp,
  format: string,
  { space, depth, channels }: Metadata,
): Promise<Uint8Array> {
  const kind = `${space} ${depth}`;
  if (kind === 'cmyk uchar')
    return cmykAsRgb(await image.pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer());
  if (kind === 'grey16 ushort' && channels === 1)
    return cutOff(await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer());
  const colours = /^(b-w|srgb|rgb) uchar$|^(grey16|rgb16) ushort$/.test(kind) && channels <= 4;
  const greys = /^b-w (short|ushort|int|uint|float)$/.test(kind) && channels === 1;
  if (!colours && !greys) {
    throw new Error(
      `${channels} channels of ${space} as ${depth}; read are grey, RGB and CMYK of 8 or 16 bits`,
    );
  }
  const eightBits = image.toColourspace('srgb');
  if (format !== 'GIF' || channels < 4)
    return await eightBits.removeAlpha().raw({ depth: 'uchar' }).toBuffer();
  return opaque(await eightBits.raw({ depth: 'uchar' }).toBuffer());
}

/** Pillow's: each of cyan, magenta and yellow takes its share of what black has left. */
function cmykAsRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let pixel = 0; pixel < cmyk.length / 4; pixel++) {
    const light = 255 - (cmyk[4 * pixel + 3] ?? 0);
    for (let ink = 0; ink < 3; ink++)
      rgb[3 * pixel + ink] = light - Math.round(((cmyk[4 * pixel + ink] ?? 0) * light) / 255);
  }
  return rgb;
}

/** 16-bit greys as Pillow has them in RGB: not scaled, but cut off at 255. */
function cutOff(bytes: Buffer): Uint8Array {
  const rgb = new Uint8Array((bytes.length / 2) * 3);
  for (let pixel = 0; pixel < bytes.length / 2; pixel++)
    rgb.fill(Math.min(255, bytes.readUInt16LE(2 * pixel)), 3 * pixel, 3 * pixel + 3);
  return rgb;
}

/** Without alpha. What lies under a GIF's transparent pixels is not decoded, so that such a picture has no one look. */
function opaque(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    if (rgba[4 * pixel + 3] !== 255) throw new Error('GIF with transparent pixels; save it as PNG');
    rgb.set(rgba.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
  }
  return rgb;
}
