import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, GratingBatches } from './gratingBatches.js';
import {
  checkGratingPrior,
  densityRange,
  priorDensity,
  priorProbability,
  priorQuantile,
  type GratingPrior,
} from './gratingPrior.js';
import {
  amountRange,
  binaryEntropy,
  inverseBinaryEntropy,
  labelRate,
  LabelNoiseError,
  type LabelNoise,
} from './labelNoise.js';

const degrees = (value: number): number => (value * Math.PI) / 180;
const PRIORS: readonly GratingPrior[] = [
  'uniform',
  'vertical',
  { steepness: 0.95, peakDeg: 90 },
  { steepness: -0.9, peakDeg: 90 },
  { steepness: 0.8, peakDeg: 45 },
  { steepness: 0.99, peakDeg: -123 },
];

describe('priors of orientation', () => {
  it('have densities that integrate to 1 and to the probabilities', () => {
    const cells = 2000;
    for (const prior of PRIORS) {
      let sum = 0;
      for (let cell = 0; cell < cells; cell++) {
        sum += (priorDensity(prior, (Math.PI * (cell + 0.5)) / cells) * Math.PI) / cells;
        expect(priorProbability(prior, (Math.PI * (cell + 1)) / cells)).toBeCloseTo(sum, 6);
      }
      expect(sum).toBeCloseTo(1, 12);
    }
    expect(priorDensity('vertical', degrees(90)) / priorDensity('vertical', 0)).toBeCloseTo(3, 12);
  });

  it("have the paper's formula as one of all steepnesses, whose opposite is turned by 90°", () => {
    for (const orientation of [0, 10, 45, 100, 179].map(degrees)) {
      const paper = (2 - Math.cos(2 * orientation)) / (2 * Math.PI);
      expect(priorDensity('vertical', orientation)).toBeCloseTo(paper, 14);
      expect(priorDensity({ steepness: -0.5, peakDeg: 0 }, orientation)).toBeCloseTo(paper, 14);
    }
    expect(densityRange({ steepness: -0.5, peakDeg: 30 })).toEqual(densityRange('vertical'));
  });

  it('are refused where an orientation would never occur', () => {
    for (const steepness of [1, -1, 2, NaN])
      expect(() => {
        checkGratingPrior({ steepness, peakDeg: 0 });
      }).toThrow(/between -1 and 1, both excluded/);
    expect(() => {
      checkGratingPrior({ steepness: 0, peakDeg: Infinity });
    }).toThrow(/finite number of degrees/);
  });

  it('are inverted exactly, and stay below π', () => {
    const probability = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom(0, 2 ** -53, 1 - 2 ** -53),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PRIORS), probability, (prior, p) => {
        const orientationRad = priorQuantile(prior, p);
        expect(orientationRad).toBeGreaterThanOrEqual(0);
        expect(orientationRad).toBeLessThan(Math.PI);
        expect(Math.abs(priorProbability(prior, orientationRad) - p)).toBeLessThan(1e-15);
      }),
    );
  });
});

describe('label noise', () => {
  const at = [0, 22.5, 45, 67.5, 90];
  const rates = (noise: LabelNoise, prior: GratingPrior = 'vertical', angles = at): number[] =>
    angles.map((angle) => labelRate(noise, prior, degrees(angle)));

  // Worked out independently from the paper's formula with a table of the entropy.
  it.each([
    [0.05, [0.817, 0.782, 0.729, 0.698, 0.688]],
    [0.1, [0.929, 0.885, 0.817, 0.776, 0.763]],
    [0.15, [0.993, 0.954, 0.88, 0.833, 0.817]],
    [1 / (2 * Math.PI), [1, 0.963, 0.89, 0.842, 0.826]],
  ])('by the text has the rates of a = %s', (amount, expected) => {
    rates({ formula: 'text', amount }).forEach((rate, index) => {
      expect(Math.abs(rate - (expected[index] ?? NaN))).toBeLessThan(6e-4);
    });
  });

  it('by the text has one rate where orientations are uniform', () => {
    const expected = [
      [0.1, 0.817],
      [0.2, 0.928],
      [0.3, 0.993],
      [1 / Math.PI, 1],
    ] as const;
    for (const [amount, rate] of expected) {
      for (const found of rates({ formula: 'text', amount }, 'uniform'))
        expect(Math.abs(found - rate)).toBeLessThan(6e-4);
    }
  });

  it('by the code has the rates of the stored plot', () => {
    const expected = [0.991, 0.965, 0.896, 0.817, 0.751, 0.707, 0.691];
    rates({ formula: 'code' }, 'vertical', [0, 15, 30, 45, 60, 75, 90]).forEach((rate, index) => {
      expect(Math.abs(rate - (expected[index] ?? NaN))).toBeLessThan(6e-4);
    });
  });

  it('balances what it says: information by the text, labels by erasure, and nothing by the code', () => {
    const spread = (of: (density: number, rate: number) => number, noise: LabelNoise): number => {
      const values = at.map((angle) => {
        const orientationRad = degrees(angle);
        return of(priorDensity('vertical', orientationRad), labelRate(noise, 'vertical', orientationRad));
      });
      return Math.max(...values) / Math.min(...values);
    };
    const information = (density: number, rate: number): number => density * (1 - binaryEntropy(rate));
    const labels = (density: number, rate: number): number => density * rate;
    expect(spread(information, { formula: 'text', amount: 0.1 })).toBeCloseTo(1, 10);
    expect(spread(labels, { formula: 'erasure' })).toBeCloseTo(1, 12);
    expect(spread(information, { formula: 'code' })).toBeCloseTo(2.8, 1);
    expect(spread(labels, { formula: 'text' })).toBeCloseTo(2.47, 2);
    expect(spread(labels, { formula: 'code' })).toBeCloseTo(2.09, 2);
  });

  it('can balance another prior than the one drawn from', () => {
    expect(rates({ formula: 'text', balancedPrior: 'vertical' }, 'uniform')).toEqual(
      rates({ formula: 'text' }),
    );
  });

  it('inverts the binary entropy to the last bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (bits) => {
        const rate = inverseBinaryEntropy(bits);
        expect(rate).toBeGreaterThanOrEqual(0.5);
        expect(rate).toBeLessThanOrEqual(1);
        expect(Math.abs(binaryEntropy(rate) - bits)).toBeLessThan(1e-14);
      }),
    );
    expect([inverseBinaryEntropy(0), inverseBinaryEntropy(1)]).toEqual([1, expect.closeTo(0.5, 7)]);
  });

  it('refuses amounts that no entropy can give, and says which can be', () => {
    for (const [noise, prior] of [
      [{ formula: 'text', amount: -0.01 }, 'vertical'],
      [{ formula: 'text', amount: 0.16 }, 'vertical'],
      [{ formula: 'text', amount: NaN }, 'uniform'],
      [{ formula: 'code', amount: 0.11 }, 'vertical'],
      [{ formula: 'text', amount: 0.2, balancedPrior: 'vertical' }, 'uniform'],
      [{ formula: 'erasure', amount: 0.1 }, 'vertical'],
    ] as const) {
      expect(() => labelRate(noise, prior, 1)).toThrow(LabelNoiseError);
    }
    expect(() => labelRate({ formula: 'text', amount: 0.2 }, 'vertical', 1)).toThrow(
      'a = 0.2 is not possible for the label noise "text" with the vertical prior: its entropy would leave [0, 1] ' +
        'somewhere. Choose a from 0.000000 to 0.159155 per radian.',
    );
    const { smallest, largest } = amountRange('code', 'vertical');
    expect(labelRate({ formula: 'code', amount: smallest }, 'vertical', degrees(90))).toBeCloseTo(0.5, 7);
    expect(labelRate({ formula: 'code', amount: largest }, 'vertical', 0)).toBe(1);
  });
});

describe('batches of gratings', () => {
  const options = {
    prior: 'vertical',
    labelNoise: { formula: 'text' },
    bins: 6,
    halfCirclePhases: true,
    batchSize: 40_000,
    seed: 3,
  } as const;

  it('hold orientations by the prior, labels by their bins, and weights by p · σ', () => {
    const batches = new GratingBatches(options);
    const { orientationRad, phaseRad, label, weight } = batches.batch(5);
    expect(batches.classes).toBe(6);
    const count = new Float64Array(6);
    const kept = new Float64Array(6);
    orientationRad.data.forEach((orientation, index) => {
      const bin = Number(label.data[index]);
      expect(bin).toBe(Math.floor(orientation / (Math.PI / 6)));
      count[bin] = (count[bin] ?? NaN) + 1;
      kept[bin] = (kept[bin] ?? NaN) + (weight.data[index] ?? NaN);
    });
    expect(phaseRad.data.every((phase) => phase >= Math.PI && phase < 2 * Math.PI)).toBe(true);
    const whole = new GratingBatches({ ...options, halfCirclePhases: false }).batch(5).phaseRad.data;
    expect(Math.abs(whole.filter((phase) => phase < Math.PI).length / 40_000 - 0.5)).toBeLessThan(0.0125);
    const cells = 500;
    for (let bin = 0; bin < 6; bin++) {
      let share = 0;
      let keptShare = 0;
      for (let cell = 0; cell < cells; cell++) {
        const orientation = ((bin + (cell + 0.5) / cells) * Math.PI) / 6;
        const part = (priorDensity('vertical', orientation) * Math.PI) / 6 / cells;
        share += part;
        keptShare += part * labelRate({ formula: 'text' }, 'vertical', orientation);
      }
      // Five standard deviations of a share of 40 000.
      expect(Math.abs((count[bin] ?? NaN) / 40_000 - share)).toBeLessThan(5 * Math.sqrt(share / 40_000));
      expect(Math.abs((kept[bin] ?? NaN) / 40_000 - keptShare)).toBeLessThan(
        5 * Math.sqrt(keptShare / 40_000),
      );
    }
  });

  it('are a function of seed and step alone; a larger batch begins with the same examples', () => {
    const small = { ...options, batchSize: 50 };
    const batches = new GratingBatches(small);
    const seventh = batches.batch(7);
    expect(batches.batch(7)).toEqual(seventh);
    expect(batches.batch(8)).not.toEqual(seventh);
    expect(new GratingBatches({ ...small, seed: 4 }).batch(7)).not.toEqual(seventh);
    const { orientationRad } = new GratingBatches({ ...small, batchSize: 80 }).batch(7);
    expect(orientationRad.data.slice(0, 50)).toEqual(seventh.orientationRad.data);
  });

  it('draw the same gratings whatever the noise, so that conditions differ in nothing else', () => {
    const small = { ...options, batchSize: 50 };
    const clean = new GratingBatches({ ...small, labelNoise: { formula: 'none' } }).batch(2);
    const noisy = new GratingBatches(small).batch(2);
    expect(noisy).toMatchObject({ ...clean, weight: expect.anything() as unknown });
    expect(clean.weight.data.every((weight) => weight === 1)).toBe(true);
  });

  it('put the end of the half turn into the last bin', () => {
    expect([binOf(0, 60), binOf(Math.PI / 2, 3), binOf(Math.PI, 60), binOf(Math.PI, 3)]).toEqual([
      0, 1, 59, 2,
    ]);
  });

  it('refuse sizes that cannot be', () => {
    expect(() => new GratingBatches({ ...options, bins: 0 })).toThrow(
      'Gratings need a whole number of at least 1 as bins, not 0.',
    );
    expect(() => new GratingBatches({ ...options, labelNoise: { formula: 'text', amount: 0.3 } })).toThrow(
      LabelNoiseError,
    );
  });
});
