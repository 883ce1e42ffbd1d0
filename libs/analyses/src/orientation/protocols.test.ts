import { describe, expect, it } from 'vitest';
import { gaborAxes, gaborSpec } from './gabor.js';
import { orientationParameters } from './orientationParameters.js';

const read = (given: object) => orientationParameters.parse(given);

describe('protocol text', () => {
  it('tiles half a turn and the circle of phases, without end points', () => {
    const [orientation, phase] = gaborAxes(read({ orientations: 4, phases: 10 }));
    expect(orientation?.values).toEqual([0, 45, 90, 135]);
    expect(phase?.values).toEqual([-180, -144, -108, -72, -36, 0, 36, 72, 108, 144]);
  });
});

describe('protocol code', () => {
  it('runs from 0 to 180 degrees with both ends, 10 phases 20 degrees apart', () => {
    const [orientation, phase] = gaborAxes(read({ protocol: 'code', profile: 'paper' }));
    expect(orientation?.values).toHaveLength(180);
    expect(orientation?.values[1]).toBeCloseTo(180 / 179, 12);
    expect(orientation?.values.at(-1)).toBe(180);
    expect(phase?.values).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180]);
  });
});

it('the Gabor covers the same part of an image of any size', () => {
  const parameters = read({});
  expect(gaborSpec(parameters, parameters, 224).parameters).toEqual({
    frequency: 0.02,
    sigma: 50,
    contrast: 1,
  });
  const small = gaborSpec(parameters, parameters, 32).parameters;
  // As many cycles under the window, and as many windows across the image.
  expect((small['frequency'] ?? 0) * (small['sigma'] ?? 0)).toBeCloseTo(0.02 * 50, 12);
  expect((small['sigma'] ?? 0) / 32).toBeCloseTo(50 / 224, 12);
});
