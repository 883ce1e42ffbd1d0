import { randomStream } from '@oblique/random';
import { Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acuityCyclesPerPixel, searchedAcuityCyclesPerPixel } from './acuity.js';
import { cyclesPerPixel, frequencySensitivity, gratingRow, thresholdOf } from './frequencySensitivity.js';
import {
  principalComponents,
  readPrincipalComponents,
  writePrincipalComponents,
} from './principalComponents.js';
import { cosines, syntheticPatches } from './testing/syntheticPatches.js';

/** Kᵀ K of the identity on 32 × 32 pixels: columns of 32 pixels added up. */
const IDENTITY = Float64Array.from({ length: 32 * 32 }, (_, index) => (index % 33 === 0 ? 32 : 0));

describe('sensitivity to spatial frequency', () => {
  it('of the identity is ⅛ · 32 · Σ x², at every frequency', () => {
    for (const frequency of [1, 3.3, 10]) {
      const d = frequencySensitivity(IDENTITY, cyclesPerPixel(frequency, 32));
      expect(d).toBeCloseTo(427.9, 1);
      expect(thresholdOf(d)).toBeCloseTo(0.0483, 4);
    }
  });

  it('is the mean over phases of the squared change of the output', () => {
    const columns = 5;
    const stream = randomStream(1, 'matrix');
    const matrix = Array.from({ length: 7 }, () => Array.from({ length: columns }, () => stream.normal()));
    const kernel = Float64Array.from({ length: columns * columns }, (_, index) =>
      matrix.reduce(
        (sum, row) => sum + (row[Math.floor(index / columns)] ?? NaN) * (row[index % columns] ?? NaN),
        0,
      ),
    );
    const f = 2.3;
    const phases = 7;
    let expected = 0;
    for (let phase = 0; phase < phases; phase++) {
      const image = (frequency: number): number[] =>
        Array.from(
          { length: columns },
          (_, column) =>
            0.5 + 0.5 * Math.sin((frequency * Math.PI * column) / (columns - 1) + (Math.PI * phase) / phases),
        );
      const [plus, minus] = [image(f + 1e-5), image(f - 1e-5)];
      for (const row of matrix) {
        const change = row.reduce(
          (sum, w, column) => sum + w * ((plus[column] ?? NaN) - (minus[column] ?? NaN)),
          0,
        );
        expected += (change / 2e-5) ** 2 / phases;
      }
    }
    expect(frequencySensitivity(kernel, cyclesPerPixel(f, columns)) / expected).toBeCloseTo(1, 8);
  });
});

it('draws the grating whose change it is the sensitivity to', () => {
  const columns = 32;
  const [frequency, step] = [cyclesPerPixel(3.3, columns), 1e-5];
  // The mean over phases of ‖∂I/∂f‖² by central differences, 32 equal rows; f is 2 (columns − 1) times the frequency.
  const phases = [0, Math.PI / 4, Math.PI / 2, (3 * Math.PI) / 4];
  const squares = phases.map((phase) => {
    const after = gratingRow(frequency + step, phase, columns);
    const before = gratingRow(frequency - step, phase, columns);
    return after.reduce(
      (sum, value, x) => sum + 32 * ((value - (before[x] ?? NaN)) / (2 * step * 2 * (columns - 1))) ** 2,
      0,
    );
  });
  const mean = squares.reduce((sum, value) => sum + value, 0) / phases.length;
  expect(mean / frequencySensitivity(IDENTITY, frequency)).toBeCloseTo(1, 5);
});

describe('acuity', () => {
  /** Kernel of a matrix that lets through cosines of the image up to a cut-off, smoothly. */
  const lowPass = Float64Array.from({ length: 32 * 32 }, (_, index) => {
    const [i, j] = [Math.floor(index / 32), index % 32];
    let sum = 0;
    for (let k = 0; k < 32; k++) {
      const norm = (k === 0 ? 1 : 2) / 32;
      const gain = 1 / (1 + Math.exp((k - 10) / 1.5));
      sum +=
        32 *
        norm *
        gain ** 2 *
        Math.cos((Math.PI * k * (i + 0.5)) / 32) *
        Math.cos((Math.PI * k * (j + 0.5)) / 32);
    }
    return sum;
  });

  it('is the frequency where the threshold crosses the limit for the last time', () => {
    const acuity = acuityCyclesPerPixel(lowPass, 0.1);
    expect(thresholdOf(frequencySensitivity(lowPass, acuity))).toBeCloseTo(0.1, 9);
    expect(acuity).toBeGreaterThan(0.1);
    for (let above = acuity + 1e-6; above < 0.5; above += 0.01) {
      expect(thresholdOf(frequencySensitivity(lowPass, above))).toBeGreaterThan(0.1);
    }
  });

  it('as searched upwards is within a step of it, and never falls', () => {
    const acuity = acuityCyclesPerPixel(lowPass, 0.1);
    const searched = searchedAcuityCyclesPerPixel(lowPass, 0.1, 0);
    expect(acuity - searched).toBeGreaterThanOrEqual(0);
    expect(acuity - searched).toBeLessThan(cyclesPerPixel(0.05, 32));
    expect(
      searchedAcuityCyclesPerPixel(
        lowPass.map((value) => value / 100),
        0.1,
        searched,
      ),
    ).toBe(searched);
  });

  it('is nothing for an untrained network and the Nyquist frequency for a perfect one', () => {
    const untrained = IDENTITY.map((value) => 0.0085 * value);
    expect(acuityCyclesPerPixel(untrained, 0.1)).toBe(0);
    expect(searchedAcuityCyclesPerPixel(untrained, 0.1, 0)).toBe(0);
    expect(acuityCyclesPerPixel(IDENTITY, 0.1)).toBe(0.5);
    expect(searchedAcuityCyclesPerPixel(IDENTITY, 0.1, 0)).toBeCloseTo(0.5, 2);
  });
});

describe('principal components', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.start({ device: 'cpu', workers: 1 });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('find what the patches were made of', async () => {
    const patches = syntheticPatches({ count: 5000, sizePixels: 4, variance: (k) => 4 ** -k });
    const progress: number[] = [];
    const pca = await principalComponents(patches, runtime, { onProgress: (done) => progress.push(done) });
    expect(progress.at(-1)).toBe(5000);
    expect(pca.mean[3]).toBeCloseTo(0.5, 1);
    for (const [k, wave] of cosines(4).slice(0, 6).entries()) {
      expect((pca.variance[k] ?? NaN) * 4 ** (k + 1)).toBeCloseTo(1, 0.5);
      const along = wave.reduce(
        (sum, value, pixel) => sum + value * (pca.components[k * 16 + pixel] ?? NaN),
        0,
      );
      expect(Math.abs(along)).toBeGreaterThan(0.99);
    }
    // P Σ Pᵀ is diagonal with the variances.
    for (let k = 0; k < 16; k++) {
      for (let l = 0; l < 16; l++) {
        let sum = 0;
        for (let i = 0; i < 16; i++) {
          for (let j = 0; j < 16; j++) {
            sum +=
              (pca.components[k * 16 + i] ?? NaN) *
              (pca.secondMoment[i * 16 + j] ?? NaN) *
              (pca.components[l * 16 + j] ?? NaN);
          }
        }
        expect(sum).toBeCloseTo(k === l ? (pca.variance[k] ?? NaN) : 0, 12);
      }
    }
    expect(readPrincipalComponents(writePrincipalComponents(pca))).toEqual(pca);
  });

  it('can be given up', async () => {
    const patches = syntheticPatches({ count: 100, sizePixels: 4, variance: () => 1 });
    const stop = new AbortController();
    const found = principalComponents(patches, runtime, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(found).rejects.toThrow(/abort/);
  });
});
