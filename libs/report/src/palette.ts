import { interpolatePlasma, interpolatePuOr } from 'd3-scale-chromatic';
import type { Verdict } from './claim.js';

/** Text and lines of figures and pages: dark on white. */
export const INK = '#1f2328';
export const MUTED = '#57606a';
export const RULE = '#d0d7de';
export const FAINT = '#eef1f4';

/**
 * Colours of `count` layers from the first (dark) to the last (light): plasma is ordered to the eye, for the
 * colour-blind too. Its yellow end is left out, for it cannot be read on white.
 */
export function depthColours(count: number): string[] {
  const last = Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => interpolatePlasma(0.02 + (0.76 * index) / last));
}

/** Okabe and Ito's colours, which the colour-blind tell apart, without yellow and without black. */
export const CATEGORY_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#5d3a9b',
  '#7a5c2e',
] as const;

/** Shapes beside the colours; seven against eight colours, so that 56 series differ in one or the other. */
export const CATEGORY_SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'cross', 'triangle-right'] as const;

/** Diverging colour of `position` in [-1, 1]: purple below, pale at 0, orange above. */
export function divergingColour(position: number): string {
  return interpolatePuOr(0.5 + 0.42 * Math.max(-1, Math.min(1, position)));
}

export const VERDICT_COLOURS = {
  supported: '#1a7f37',
  'not supported': '#b3261e',
  inconclusive: '#8a5a00',
  'not learned': MUTED,
} as const satisfies Record<Verdict, string>;

/** Black or white, whichever is read better on `colour` (`rgb(r, g, b)`). */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 135 ? '#ffffff' : INK;
}
