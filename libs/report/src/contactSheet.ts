import { renderPng } from './renderPng.js';
import { drawSheet, type SheetLayout } from './stimulusSheet.js';

/**
 * A PNG of labelled pictures in a grid, grouped under headings: for galleries and previews.
 * @throws RangeError where an image is not [3, H, W] or [1, H, W], or a range is empty.
 */
export async function contactSheet(layout: SheetLayout): Promise<Uint8Array> {
  return renderPng((await drawSheet(layout)).svg);
}
