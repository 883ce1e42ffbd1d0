import { drawableText } from './drawableText.js';
import { MUTED } from './palette.js';

/** Height of a line of the legend. */
const LEGEND_LINE_PIXELS = 17;

/** How panels are laid out: columns, and the size of one panel in pixels. */
export interface PanelGrid {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  /** Up to this many curves the legend names each. */
  readonly namedCurves: number;
}

/** The layout for `count` panels; a panel with its own legend takes more room. */
export function panelGrid(count: number, oneLegend: boolean): PanelGrid {
  const columns = count === 1 ? 1 : count === 2 || count === 4 || !oneLegend ? 2 : 3;
  const [width, height] = columns === 1 ? [600, 340] : columns === 2 ? [oneLegend ? 290 : 265, 220] : [220, 180];
  const legendHeight = oneLegend && count > columns ? 2 * height : height;
  return { columns, width, height, namedCurves: Math.floor(legendHeight / LEGEND_LINE_PIXELS) - 1 };
}

/** The title of a panel, with its remark under it. */
export function panelTitle({ name, note }: { readonly name: string; readonly note?: string }): { text: string; subtitle?: string } {
  const text = drawableText(name);
  return note === undefined ? { text } : { text, subtitle: drawableText(note) };
}

/** What stands in a panel without a finite value. */
export function nothingDrawn({ width, height }: Pick<PanelGrid, 'width' | 'height'>) {
  return {
    data: { values: [{}] },
    mark: { type: 'text' as const, text: 'no finite values', fontSize: 13, color: MUTED },
    encoding: { x: { value: width / 2 }, y: { value: height / 2 } },
  };
}

/** Which of `count` curves a legend with room for `room` lines names: all, or evenly spread from the first to the last. */
export function namedCurves(count: number, room: number): number[] {
  const chosen = count <= room ? count : room - 1;
  return Array.from({ length: chosen }, (_, index) => (count <= room ? index : Math.round((index * (count - 1)) / (chosen - 1))));
}
