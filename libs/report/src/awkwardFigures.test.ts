import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import type { Figure } from './figure.js';
import { FONT_FILES, SHIPPED_FAMILY } from './fonts.js';
import { heatMap } from './heatMap.js';
import { intervalPlot } from './intervalPlot.js';
import { layerCurves } from './layerCurves.js';
import { ratioByDepth } from './ratioByDepth.js';
import { ratioHeatmap } from './ratioHeatmap.js';
import { renderPng } from './renderPng.js';
import { stepCurves } from './stepCurves.js';

const LONG = (index: number): string => `features.denseblock${index % 4}.denselayer${index}.a_very_long_module_name.conv2.activation`;
const HEAD = { title: 'Title', caption: 'Caption.' };
const ANGLES = Array.from({ length: 36 }, (_, index) => index * 5);
const AXIS = { name: 'orientation', unit: 'degree', values: ANGLES, period: 180 };
const ROOT = { name: 'n', title: '√D / Σ√D' };

const STEPS = {
  id: 'a',
  axis: { name: 'step', title: 'step (updates)', values: [0, 10, 20] },
  value: { name: 'learned', title: 'proportion learned' },
  colours: 'ordered',
  legendTitle: 'component',
} as const;

function layers(count: number, name: (index: number) => string = LONG) {
  return Array.from({ length: count }, (_, index) => ({ name: name(index), values: ANGLES.map((angle) => 1 + (index / count) * Math.cos(angle)) }));
}

function points(count: number, ratio: (index: number) => number) {
  return Array.from({ length: count }, (_, index) => ({ layer: LONG(index), depth: index + 1, ratio: ratio(index), low: ratio(index) / 2, high: ratio(index) * 2 }));
}

const AWKWARD: Record<string, () => Promise<Figure>> = {
  'one layer at one point': () =>
    layerCurves({ ...HEAD, id: 'a', axis: { name: 'sigma', unit: 'pixel', values: [50] }, value: ROOT, panels: [{ name: '', layers: [{ name: 'x', values: [2] }] }] }),
  'sixty layers of long names': () => layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels: [{ name: 'network', layers: layers(60) }] }),
  'twelve networks of different layers': () =>
    layerCurves({
      ...HEAD,
      id: 'a',
      axis: AXIS,
      value: ROOT,
      panels: Array.from({ length: 12 }, (_, index) => ({ name: `network ${index}`, note: 'untrained', layers: layers(2 + 3 * index) })),
    }),
  'nothing finite': () =>
    layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels: [{ name: '', layers: [{ name: 'x', values: ANGLES.map(() => NaN) }] }] }),
  'no layers': () => layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels: [{ name: 'empty', layers: [] }] }),
  'thirty decades with zeros': () =>
    layerCurves({
      ...HEAD,
      id: 'a',
      axis: AXIS,
      value: { name: 'D', title: 'D (1/rad²)', scale: 'log' },
      panels: [{ name: '', layers: [{ name: 'x', values: ANGLES.map((angle) => (angle === 90 ? 0 : 10 ** (angle / 6 - 15))) }] }],
    }),
  'ratios of sixty layers': () => ratioByDepth({ ...HEAD, id: 'a', series: [{ name: LONG(1), points: points(60, (index) => 1 + index / 60) }] }),
  'ratios of twenty long names': () => ratioByDepth({ ...HEAD, id: 'a', series: [{ name: 'one', points: points(20, (index) => 1 + index / 60) }] }),
  'ratios that are 0, NaN and infinite': () =>
    ratioByDepth({ ...HEAD, id: 'a', series: [{ name: 'one', points: points(4, (index) => [0, NaN, Infinity, 1e6][index] ?? 1) }] }),
  'twelve series': () =>
    ratioByDepth({ ...HEAD, id: 'a', series: Array.from({ length: 12 }, (_, series) => ({ name: `series ${series}`, points: points(5 + series, () => 1.01) })) }),
  'no ratio': () => ratioByDepth({ ...HEAD, id: 'a', series: [{ name: 'one', points: [] }] }),
  'a heat map of one cell': () =>
    ratioHeatmap({ ...HEAD, id: 'a', x: { name: 'f', values: [1e-7] }, y: { name: 's', values: [1e7] }, ratios: [NaN], valueTitle: `ratio at ${LONG(1)}` }),
  'fifty lines with theory over steps': () =>
    stepCurves({ ...HEAD, ...STEPS, panels: [{ name: '', lines: Array.from({ length: 50 }, (_, index) => ({ name: LONG(index), values: [0, index, 2], theory: [0, 1, 2] })) }] }),
  'lines on logarithmic axes without a drawable point': () =>
    stepCurves({
      ...HEAD,
      ...STEPS,
      axis: { ...STEPS.axis, scale: 'log' },
      value: { ...STEPS.value, scale: 'log' },
      references: [{ along: 'identity', label: LONG(1) }],
      panels: [{ name: LONG(1), note: 'untrained', lines: [{ name: 'a', values: [1, -1, NaN], low: [NaN, 0, 1], high: [1, 2, NaN] }] }],
    }),
  'four conditions of points with bars': () =>
    stepCurves({
      ...HEAD,
      ...STEPS,
      references: [{ along: 'x', at: 7, label: 'here' }],
      panels: Array.from({ length: 4 }, (_, index) => ({
        name: `condition ${index}`,
        lines: Array.from({ length: 2 + index }, (_line, line) => ({ name: LONG(line), points: true, x: [1, line], values: [1, 2], low: [0, 1], high: [2, 1e6] })),
      })),
    }),
  'a heat map of nothing': () =>
    heatMap({
      ...HEAD,
      id: 'a',
      x: { name: 'step', title: 'step (updates)', values: [0, 5], scale: 'log' },
      y: { name: 'orientation', title: 'orientation (°)', values: [0] },
      value: { name: 'd', title: LONG(2), scale: 'log' },
      panels: Array.from({ length: 5 }, (_, index) => ({ name: `condition ${index}`, values: [0, NaN], marks: [{ x: NaN, y: 0 }] })),
    }),
  'an interval plot of long names': () =>
    intervalPlot({
      ...HEAD,
      id: 'a',
      valueTitle: 'difference',
      reference: 0,
      items: [
        { name: 'A sentence that goes on for longer than any axis label has room for, and then some more', effect: -3e-9, low: -1, high: 2e9 },
        { name: 'A sentence that goes on for longer than any axis label has room for, and then some more', effect: null },
      ],
    }),
};

describe.each(Object.entries(AWKWARD))('%s', (_, make) => {
  it('is drawn inside its edges, in text of at least 11 pixels', async () => {
    const { svg, widthPixels, heightPixels } = await make();
    const box = new Resvg(svg, {
      font: { fontFiles: [...FONT_FILES], loadSystemFonts: false, defaultFontFamily: SHIPPED_FAMILY },
    }).getBBox();
    if (!box) throw new Error('The drawing is empty.');
    expect(box.x).toBeGreaterThanOrEqual(-0.5);
    expect(box.y).toBeGreaterThanOrEqual(-0.5);
    expect(box.x + box.width).toBeLessThanOrEqual(widthPixels + 1);
    expect(box.y + box.height).toBeLessThanOrEqual(heightPixels + 1);
    const sizes = [...svg.matchAll(/font-size="([\d.]+)px"/g)].map(([, size]) => Number(size));
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(widthPixels).toBeLessThanOrEqual(1080);
  });
});

it('draws text into the picture', async () => {
  const { svg } = await layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels: [{ name: 'network', layers: layers(3) }] });
  const mute = svg.replace(/<text[^>]*>.*?<\/text>/gs, '');
  expect(renderPng(svg).length).toBeGreaterThan(renderPng(mute).length + 2000);
});

it('closes a circular curve one period on, in the drawing and not in the numbers', async () => {
  const figure = await layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels: [{ name: '', layers: layers(1, () => 'x') }] });
  const curve = figure.curves?.get('x');
  expect(curve?.x.at(-1)).toBe(180);
  expect(curve?.y.at(-1)).toBe(curve?.y[0]);
  expect(figure.table.rows).toHaveLength(36);
  expect(figure.arrays['orientation']?.shape).toEqual([36]);
});

it('says which curve does not fit the axis', async () => {
  const panels = [{ name: 'net', layers: [{ name: 'conv1', values: [1, 2] }] }];
  await expect(layerCurves({ ...HEAD, id: 'a', axis: AXIS, value: ROOT, panels })).rejects.toThrow(
    'The curve of layer "conv1" has 2 values, but the axis "orientation" has 36.',
  );
});

it('says which line does not fit the axis, and which panel not the cells', async () => {
  const panels = [{ name: 'net', lines: [{ name: 'PC 0', values: [1, 2, 3], theory: [1] }] }];
  await expect(stepCurves({ ...HEAD, ...STEPS, panels })).rejects.toThrow('The line "PC 0" has 1 values at 3 places of "step".');
  const axis = { name: 'x', title: 'x', values: [1, 2] };
  const value = { name: 'd', title: 'D' };
  await expect(heatMap({ ...HEAD, id: 'a', x: axis, y: { ...axis, name: 'y' }, value, panels: [{ name: 'net', values: [1] }] })).rejects.toThrow(
    'A heat map of [2, 2] cells has 1 values in "net".',
  );
});
