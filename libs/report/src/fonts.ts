import { createRequire } from 'node:module';
import { openSync, type Font } from 'fontkit';

const require = createRequire(import.meta.url);

/** Condensed DejaVu has about the widths of Arial, so a figure shown with either is laid out right. */
export const REGULAR_FILE = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf');
export const BOLD_FILE = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf');

/** TrueType files with every glyph that figures use; PNG rendering reads these and never the system's fonts. */
export const FONT_FILES: readonly string[] = [REGULAR_FILE, BOLD_FILE];

/** The family for SVG text: the shipped font by name, then ones of like width that readers' machines have. */
export const FONT_FAMILY = "'DejaVu Sans Condensed', Arial, Helvetica, sans-serif";
export const SHIPPED_FAMILY = 'DejaVu Sans Condensed';

interface Face {
  readonly font: Font;
  readonly advances: Map<number, number>;
}

const faces = new Map<string, Face>();

function faceOf(file: string): Face {
  const known = faces.get(file);
  if (known) return known;
  const font = openSync(file);
  if (!('glyphForCodePoint' in font)) throw new Error(`${file} is a collection of fonts, not a font.`);
  const face = { font, advances: new Map<number, number>() };
  faces.set(file, face);
  return face;
}

/** Width in pixels of one line of `text` drawn at `sizePixels`, without kerning. */
export function textWidthPixels(text: string, sizePixels: number, bold = false): number {
  const { font, advances } = faceOf(bold ? BOLD_FILE : REGULAR_FILE);
  let units = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    let advance = advances.get(codePoint);
    if (advance === undefined) {
      advance = font.glyphForCodePoint(codePoint).advanceWidth;
      advances.set(codePoint, advance);
    }
    units += advance;
  }
  return (units * sizePixels) / font.unitsPerEm;
}
