import type { Shape } from './shapes.js';
import type { Stripes } from './stripes.js';

/** Something to paint: a shape of one hue and saturation whose brightness follows its stripes. */
export interface Surface {
  readonly shape: Shape;
  /** No part of the shape lies farther from its centre. */
  readonly radiusPixels: number;
  /** From the image's centre, to the right and down. */
  readonly centreXPixels: number;
  readonly centreYPixels: number;
  /** Of the stripes and of the shape with them: 0 is horizontal, π/4 "/". */
  readonly orientationRad: number;
  /** Width over which the edge fades, seen at right angles to it. */
  readonly edgeWidthPixels: number;
  /** Red, green and blue where the brightness (HSV value) is 1. */
  readonly colour: readonly [number, number, number];
  readonly brightness: number;
  /** Standard deviation of the brightness along the stripes. */
  readonly contrast: number;
  readonly stripes: Stripes;
  /** How much the stripes bend, as the slope that they reach one pixel from the surface's centre. */
  readonly bendPerPixel: number;
}

/** An edge narrower than this would show the pixel lattice. */
export const NARROWEST_EDGE_PIXELS = 1.8;

/** Paints a surface over what the canvas holds: RGB, [size, size, 3], 0 to 1. */
export function paint(canvas: Float32Array, sizePixels: number, surface: Surface): void {
  const { shape, edgeWidthPixels, colour, brightness, contrast, stripes, bendPerPixel } = surface;
  const [red, green, blue] = colour;
  const cosine = Math.cos(surface.orientationRad);
  const sine = Math.sin(surface.orientationRad);
  const middle = (sizePixels - 1) / 2;
  const centreX = middle + surface.centreXPixels;
  const centreY = middle + surface.centreYPixels;
  const reach = surface.radiusPixels + edgeWidthPixels / 2;
  const [left, right] = [Math.max(0, Math.ceil(centreX - reach)), Math.min(sizePixels, centreX + reach)];
  const [top, bottom] = [Math.max(0, Math.ceil(centreY - reach)), Math.min(sizePixels, centreY + reach)];
  for (let y = top; y < bottom; y++) {
    const fromCentreY = y - centreY;
    for (let x = left; x < right; x++) {
      const fromCentreX = x - centreX;
      const along = fromCentreX * cosine - fromCentreY * sine;
      const across = fromCentreX * sine + fromCentreY * cosine;
      const cover = coverage(shape(along, across) / edgeWidthPixels);
      if (cover === 0) continue;
      const stripe = stripes.at(across + (bendPerPixel * along * along) / 2);
      const value = Math.min(Math.max(brightness + contrast * stripe, 0), 1);
      const place = (y * sizePixels + x) * 3;
      const stays = 1 - cover;
      const gives = cover * value;
      canvas[place] = (canvas[place] ?? 0) * stays + gives * red;
      canvas[place + 1] = (canvas[place + 1] ?? 0) * stays + gives * green;
      canvas[place + 2] = (canvas[place + 2] ?? 0) * stays + gives * blue;
    }
  }
}

/** From 1 half an edge's width inside to 0 half a width outside, smoothly. */
function coverage(edges: number): number {
  if (edges <= -0.5) return 1;
  if (edges >= 0.5) return 0;
  const inside = 0.5 - edges;
  return inside * inside * (3 - 2 * inside);
}

/** The colour of an HSV hue and saturation whose value is 1. */
export function colourOf(hueRad: number, saturation: number): readonly [number, number, number] {
  const sector = (hueRad * 3) / Math.PI;
  const channel = (offset: number): number => {
    const place = (offset + sector) % 6;
    return 1 - saturation * Math.max(0, Math.min(place, 4 - place, 1));
  };
  return [channel(5), channel(3), channel(1)];
}
