import { Resvg } from '@resvg/resvg-js';
import { FONT_FILES, SHIPPED_FAMILY } from './fonts.js';

/**
 * An SVG document as a PNG on white, `scale` pixels for each of its own.
 * Text is drawn with the shipped font only, so it looks the same everywhere and is never missing.
 */
export function renderPng(svg: string, scale = 2): Uint8Array {
  const image = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles: [...FONT_FILES], loadSystemFonts: false, defaultFontFamily: SHIPPED_FAMILY, sansSerifFamily: SHIPPED_FAMILY },
  }).render();
  return new Uint8Array(image.asPng());
}
