import { float32, float64, MalformedArrayError, writeNpz, type NdArray } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import {
  alongAxis,
  InvalidSensitivityError,
  normaliseCurves,
  readSensitivity,
  UnknownAxisError,
} from './index.js';

const grid = {
  orientation: float64([2], [0, 90]),
  phase: float64([3], [0, 120, 240]),
  sigma: float64([2], [25, 50]),
};
const d = Array.from({ length: 12 }, (_, index) => index);
const archive = (members: Record<string, NdArray>): Uint8Array => writeNpz(members);

describe('readSensitivity', () => {
  it('takes the axes in the order of the members, wherever they stand', () => {
    const { orientation, phase, sigma } = grid;
    const read = readSensitivity(
      archive({ phase, 'D//block/out': float64([3, 2, 2], d), orientation, sigma }),
    );
    expect(read.axes.map(({ name }) => name)).toEqual(['phase', 'orientation', 'sigma']);
    expect([...read.layers.keys()]).toEqual(['/block/out']);
  });

  it.each([
    ['no layers', { ...grid }, /has no arrays named D\/<layer>/],
    [
      'a transposed layer',
      { 'D/a': float64([3, 2, 2], d), ...grid },
      /shape \[3, 2, 2\], but the grid's axes are orientation \(2\), phase \(3\), sigma \(2\)/,
    ],
    [
      'a negative value',
      { 'D/a': float64([2], [1, -1]), x: float64([2], [0, 1]) },
      /D\/a in .* has the value -1 at element 1/,
    ],
    [
      'NaN',
      { 'D/a': float32([2], [NaN, 1]), x: float64([2], [0, 1]) },
      /the value NaN at element 0; sensitivities are finite/,
    ],
    ['infinity', { 'D/a': float64([1], [Infinity]), x: float64([1], [0]) }, /the value Infinity/],
    ['a square axis', { 'D/a': float64([1], [1]), x: float64([1, 1], [0]) }, /"x" in .* is no axis/],
    ['an axis without values', { 'D/a': float64([0], []), x: float64([0], []) }, /"x" in .* is no axis/],
    ['an axis with NaN', { 'D/a': float64([1], [1]), x: float64([1], [NaN]) }, /"x" in .* is no axis/],
  ])('refuses %s', (_, members, message) => {
    expect(() => readSensitivity(archive(members))).toThrow(InvalidSensitivityError);
    expect(() => readSensitivity(archive(members))).toThrow(message);
  });

  it('refuses what is no archive', () => {
    expect(() => readSensitivity(new Uint8Array(100), 'x.npz')).toThrow(MalformedArrayError);
  });
});

describe('alongAxis', () => {
  it('is numpy.moveaxis(D, axis, 0).reshape(len, -1)', () => {
    const sensitivity = readSensitivity(archive({ 'D/a': float64([2, 3, 2], d), ...grid }));
    expect([...(alongAxis(sensitivity, 'phase').layers.get('a') ?? [])]).toEqual([
      0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11,
    ]);
    expect([...(alongAxis(sensitivity, 'sigma').layers.get('a') ?? [])]).toEqual([
      0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11,
    ]);
    expect(alongAxis(sensitivity, 'phase').nuisance.map(({ name }) => name)).toEqual([
      'orientation',
      'sigma',
    ]);
    expect(() => alongAxis(sensitivity, 'hue')).toThrow(UnknownAxisError);
    expect(() => alongAxis(sensitivity, 'hue')).toThrow(
      'There is no axis "hue" in the measurement; its axes are: orientation, phase, sigma.',
    );
  });
});

describe('normaliseCurves', () => {
  it('averages D before it takes the root', () => {
    const members = { 'D/a': float64([2, 2], [1, 9, 0, 32]), 'D/none': float64([2, 2], [0, 0, 0, 0]) };
    const axes = { orientation: float64([2], [0, 90]), phase: float64([2], [0, 180]) };
    const [a, none] = normaliseCurves(readSensitivity(archive({ ...members, ...axes })), 'orientation');
    expect(a).toEqual({
      layer: 'a',
      d: [5, 16],
      rootD: [Math.sqrt(5), 4],
      normalised: [Math.sqrt(5) / (4 + Math.sqrt(5)), 4 / (4 + Math.sqrt(5))],
    });
    expect(none).toEqual({ layer: 'none', d: [0, 0], rootD: [0, 0], normalised: [NaN, NaN] });
  });
});
