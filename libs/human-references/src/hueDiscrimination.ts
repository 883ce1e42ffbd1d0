import { converter, differenceEuclidean } from 'culori';

/** How far neighbouring hues lie apart for a human eye. */
export interface HueDiscrimination {
  /** Middles between the hues compared, in degrees of HSV hue. */
  readonly hueDeg: readonly number[];
  /** ΔE*ab of 1976 between the two. */
  readonly deltaE: readonly number[];
}

/** As the authors' notebook: `linspace(0, 1, 360)`, both ends. */
const HUES = 360;

const toRgb = converter('rgb');
/** CIELAB under D65, the white of sRGB. */
const deltaE = differenceEuclidean('lab65');

/**
 * The paper's stand-in for human sensitivity to hue (Fig. 3b): the CIELAB distance between neighbouring ones of 360 hues
 * from 0 to 360°, both included, at full saturation and value (sRGB, D65; CIE 15:2018, section 8.2.2). Computed, not
 * measured: CIELAB was made to fit human judgements of small differences.
 */
export function hueDiscrimination(): HueDiscrimination {
  const hues = Array.from({ length: HUES }, (_, index) => (360 * index) / (HUES - 1));
  const colour = (h: number) => toRgb({ mode: 'hsv', h: h % 360, s: 1, v: 1 });
  const pairs = hues.slice(1).map((after, index) => {
    const before = hues[index] ?? NaN;
    return { hueDeg: (before + after) / 2, deltaE: deltaE(colour(before), colour(after)) };
  });
  return { hueDeg: pairs.map((pair) => pair.hueDeg), deltaE: pairs.map((pair) => pair.deltaE) };
}
