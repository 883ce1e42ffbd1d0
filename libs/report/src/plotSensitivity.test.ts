import { float64, toNumbers, zeros, type NdArray } from '@oblique/arrays';
import { expect, it } from 'vitest';
import { plotFormat, plotSensitivity, sensitivityFigure } from './plotSensitivity.js';

const ARRAYS = new Map<string, NdArray>([
  ['D/conv1', float64([2, 3], [1, 2, 3, 4, 5, 9])],
  ['D/fc', float64([2, 3], [10, 10, 10, NaN, 1, 1])],
  ['orientation', float64([2], [0, 90])],
  ['phase', float64([3], [0, 120, 240])],
]);

it('averages D over all grids but the first', async () => {
  const { arrays, svg } = await sensitivityFigure({ arrays: ARRAYS, units: { orientation: 'degree' }, variable: 'orientation', derivativeUnit: '1/rad²' });
  const layer = (name: string): number[] => Array.from(toNumbers(arrays[name] ?? zeros('float64', [0])));
  expect(layer('D/conv1')).toEqual([2, 6]);
  expect(layer('D/fc')).toEqual([10, NaN]);
  expect(svg).toContain('D of orientation (1/rad²), mean over phase');
  expect(svg).toContain('orientation (°)');
});

it('writes each format', async () => {
  const start = async (format: 'svg' | 'png' | 'html'): Promise<string> =>
    Buffer.from(await plotSensitivity({ arrays: ARRAYS, title: 'a <b>' }, format)).toString('latin1', 0, 16);
  expect(await start('svg')).toMatch(/^<svg /);
  expect(await start('png')).toMatch(/^\x89PNG/);
  expect(await start('html')).toMatch(/^<!doctype html>/);
  expect(plotFormat('out/Plot.PNG')).toBe('png');
  expect(() => plotFormat('plot.pdf')).toThrow('A plot is written as .svg, .png or .html, not as "plot.pdf".');
});

it('says what is missing', async () => {
  await expect(sensitivityFigure({ arrays: new Map([['orientation', float64([1], [0])]]) })).rejects.toThrow(/no array is called "D\/<layer>"/);
  await expect(sensitivityFigure({ arrays: ARRAYS, axes: ['hue'] })).rejects.toThrow(/The grid "hue" is missing/);
  await expect(sensitivityFigure({ arrays: ARRAYS, axes: ['phase', 'orientation'] })).rejects.toThrow(/shape \[2, 3\], but the grids have \[3, 2\]/);
});
