import type { RgbImage } from './rgbImage.js';

export const HUE_BINS = 72;
/** HSV hues that the bins are centred on. */
export const HUE_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: HUE_BINS },
  (_, bin) => (360 * bin) / HUE_BINS,
);

const LEAST_SATURATION = 0.5;
const LEAST_VALUE = 0.5;

/** Pixels whose HSV saturation and value are at least one half, by hue, in bins of 5°. */
export function hueCounts({ pixels }: RgbImage): Float64Array {
  const counts = new Float64Array(HUE_BINS);
  for (let place = 0; place + 2 < pixels.length; place += 3) {
    const red = pixels[place] ?? 0;
    const green = pixels[place + 1] ?? 0;
    const blue = pixels[place + 2] ?? 0;
    const most = Math.max(red, green, blue);
    const chroma = most - Math.min(red, green, blue);
    if (most < LEAST_VALUE * 255 || chroma < LEAST_SATURATION * most) continue;
    const sextant =
      most === red
        ? (green - blue) / chroma
        : most === green
          ? 2 + (blue - red) / chroma
          : 4 + (red - green) / chroma;
    const bin = (Math.round((sextant * HUE_BINS) / 6) + HUE_BINS) % HUE_BINS;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
