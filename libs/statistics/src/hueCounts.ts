import { labColour, labHueBinOf, LAB_COLOURS, LAB_HUE_BINS } from './labHue.js';
import type { RgbImage } from './rgbImage.js';

export const HUE_BINS = 72;
/** HSV hues that the coarse bins are centred on. */
export const HUE_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: HUE_BINS },
  (_, bin) => (360 * bin) / HUE_BINS,
);

export const FINE_HUE_BINS = 360;
/** Middles of the bins of 1°, which begin at whole degrees. */
export const FINE_HUE_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: FINE_HUE_BINS },
  (_, bin) => bin + 0.5,
);

/** Pixels by hue. */
export interface HueCounts {
  /** HSV saturation and value at least 1/2, as the paper's text has it, in {@link HUE_BINS}. */
  readonly coarse: Float64Array;
  /** The same in {@link FINE_HUE_BINS}. */
  readonly text: Float64Array;
  /** Saturation at least 0.1 and value at least 1/2, as the authors' script has it, in {@link FINE_HUE_BINS}. */
  readonly code: Float64Array;
  /** All whose CIELAB chroma is at least 10, in {@link LAB_HUE_BINS}. */
  readonly lab: Float64Array;
}

const LEAST_VALUE = 0.5;
const LEAST_SATURATION = { text: 0.5, code: 0.1 } as const;

/** Counts an image's pixels by hue (Fig. 3c), in one pass over them. */
export function hueCounts({ pixels }: RgbImage): HueCounts {
  const coarse = new Float64Array(HUE_BINS);
  const text = new Float64Array(FINE_HUE_BINS);
  const code = new Float64Array(FINE_HUE_BINS);
  const lab = new Float64Array(LAB_HUE_BINS);
  const colours = new Uint32Array(LAB_COLOURS);
  const end = pixels.length - 2;
  for (let place = 0; place < end; place += 3) {
    const red = pixels[place] ?? 0;
    const green = pixels[place + 1] ?? 0;
    const blue = pixels[place + 2] ?? 0;
    const colour = labColour(red, green, blue);
    colours[colour] = (colours[colour] ?? 0) + 1;
    const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    if (most < LEAST_VALUE * 255) continue;
    const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
    const chroma = most - least;
    if (chroma === 0 || chroma < LEAST_SATURATION.code * most) continue;
    const sextant =
      most === red
        ? (green - blue) / chroma
        : most === green
          ? 2 + (blue - red) / chroma
          : 4 + (red - green) / chroma;
    // A sextant is at least −1.
    const degrees = sextant < 0 ? 60 * sextant + 360 : 60 * sextant;
    const fine = degrees < 360 ? Math.floor(degrees) : 0;
    code[fine] = (code[fine] ?? 0) + 1;
    if (chroma < LEAST_SATURATION.text * most) continue;
    text[fine] = (text[fine] ?? 0) + 1;
    const bin = Math.round((degrees * HUE_BINS) / 360) % HUE_BINS;
    coarse[bin] = (coarse[bin] ?? 0) + 1;
  }
  for (let colour = 0; colour < LAB_COLOURS; colour++) {
    const bin = labHueBinOf(colour);
    if (bin >= 0) lab[bin] = (lab[bin] ?? 0) + (colours[colour] ?? 0);
  }
  return { coarse, text, code, lab };
}
