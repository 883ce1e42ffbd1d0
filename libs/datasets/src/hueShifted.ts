import type { Picture } from './picture.js';

/**
 * The picture with its HSV hue turned, saturation and value kept. This is torchvision's `adjust_hue` of float tensors,
 * for any angle; Pillow's, on 8 bits, rounds the turn to 1/256 of the circle and hue, saturation and value with it.
 */
export function hueShifted({ data, width, height }: Picture, shiftDeg: number): Picture {
  const result = new Float32Array(data.length);
  const shift = (((shiftDeg / 60) % 6) + 6) % 6;
  for (let pixel = 0; pixel < data.length; pixel += 3) {
    const red = data[pixel] ?? 0;
    const green = data[pixel + 1] ?? 0;
    const blue = data[pixel + 2] ?? 0;
    const most = Math.max(red, green, blue);
    const range = most - Math.min(red, green, blue);
    const turned = sextantOf(red, green, blue, most, range) + shift;
    result[pixel] = channelAt(turned + 5, most, range);
    result[pixel + 1] = channelAt(turned + 3, most, range);
    result[pixel + 2] = channelAt(turned + 1, most, range);
  }
  return { data: result, width, height };
}

/** Hue in sixths of the circle, −1 to 5; 0 of greys. */
function sextantOf(red: number, green: number, blue: number, most: number, range: number): number {
  if (range === 0) return 0;
  if (most === red) return (green - blue) / range;
  if (most === green) return 2 + (blue - red) / range;
  return 4 + (red - green) / range;
}

/**
 * Smith 1978 in one line: value minus chroma times a trapezium of the hue.
 * @param sextant 0 to 18
 */
function channelAt(sextant: number, most: number, range: number): number {
  const k = sextant >= 12 ? sextant - 12 : sextant >= 6 ? sextant - 6 : sextant;
  return most - range * Math.max(0, Math.min(k, 4 - k, 1));
}
