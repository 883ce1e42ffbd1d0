import { describe, expect, it } from 'vitest';
import {
  cardinalObliqueRatio,
  cardinalWindows,
  depthTrend,
  EmptyWindowError,
  MismatchedLayersError,
  type Measurement,
  type RatioOptions,
  type Sensitivity,
} from './index.js';

const options: RatioOptions = {
  axis: 'orientation',
  halfWidthDeg: 10,
  quantity: 'rootD',
  resampling: { resamples: 500, confidence: 0.95, seed: 1 },
};

const orientationsDeg = (count: number): number[] =>
  Array.from({ length: count }, (_, k) => (180 * k) / count);
const phasesDeg = (count: number): number[] =>
  Array.from({ length: count }, (_, k) => (360 * k) / count - 180);
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** D = amplitude (1 + depth cos 4θ)² (1 + ripple cos φ): a root of known ratio, and phases that average out. */
function measured(
  layers: Record<string, { depth: number; ripple?: number }>,
  [orientations, phases]: [number, number] = [180, 10],
): Sensitivity {
  const axes = [
    { name: 'orientation', values: Float64Array.from(orientationsDeg(orientations)) },
    { name: 'phase', values: Float64Array.from(phasesDeg(phases)) },
  ];
  const rows = Object.entries(layers).map(([name, { depth, ripple = 0.5 }]) => {
    const d = orientationsDeg(orientations).flatMap((theta) =>
      phasesDeg(phases).map(
        (phi) => 3 * (1 + depth * Math.cos(4 * rad(theta))) ** 2 * (1 + ripple * Math.cos(rad(phi))),
      ),
    );
    return [name, Float64Array.from(d)] as const;
  });
  return { axes, layers: new Map(rows) };
}

/** Mean of cos 4θ over the whole degrees within ± halfWidth of 0°: a Dirichlet kernel. */
const kernel = (halfWidth: number): number =>
  Math.sin(rad(2 * (2 * halfWidth + 1))) / ((2 * halfWidth + 1) * Math.sin(rad(2)));

describe('cardinalObliqueRatio', () => {
  it.each([5, 10, 22])('is the closed form for ±%d degrees', async (halfWidthDeg) => {
    const sensitivity = measured({ flat: { depth: 0 }, cardinal: { depth: 0.4 }, oblique: { depth: -0.2 } });
    const { layers } = await cardinalObliqueRatio([{ sensitivity, network: 'n' }], {
      ...options,
      halfWidthDeg,
    });
    const m = kernel(halfWidthDeg);
    const expected = [1, (1 + 0.4 * m) / (1 - 0.4 * m), (1 - 0.2 * m) / (1 + 0.2 * m)];
    for (const [index, { ratio, interval }] of layers.entries()) {
      expect(ratio).toBeCloseTo(expected[index] ?? NaN, 12);
      // Phases scale the whole curve, so they cannot move the ratio.
      expect(interval.low).toBeCloseTo(ratio, 12);
      expect(interval.high).toBeCloseTo(ratio, 12);
    }
    expect(layers.map(({ layer }) => layer)).toEqual(['flat', 'cardinal', 'oblique']);
    expect(layers[0]?.resampledOver).toBe('phase');
  });

  it('of D is the closed form too', async () => {
    const sensitivity = measured({ a: { depth: 0.4 } }, [8, 4]);
    const { layers } = await cardinalObliqueRatio([{ sensitivity, network: 'n' }], {
      ...options,
      quantity: 'D',
    });
    expect(layers[0]?.ratio).toBeCloseTo((1.4 / 0.6) ** 2, 12);
  });

  // NumPy: all 27 equally likely draws of 3 phases enumerated with itertools.product; at 95 % the exact percentile
  // interval is their range, since each draw has a probability over 2.5 %. D: 48 numbers x % 1000 + 1 of the
  // recurrence x ← (1103515245 x + 12345) mod 2³¹ from 12345, shaped [2 layers, 8 orientations, 3 phases].
  it.each([
    [
      'rootD',
      [1.0477248504462848, 1.1598738650057827],
      [0.8066145887740154, 1.0229397137904388],
      [1.4721753517407028, 1.695083826049997],
    ],
    [
      'D',
      [1.0859375, 1.3842105263157896],
      [0.7084188911704312, 1.0601851851851851],
      [2.1212814645308926, 1.6449864498644986],
    ],
  ] as const)('and its interval agree with NumPy on arbitrary %s', async (quantity, ratios, lows, highs) => {
    let x = 12345n;
    const numbers = Array.from({ length: 48 }, () => {
      x = (1103515245n * x + 12345n) % 2n ** 31n;
      return Number(x % 1000n) + 1;
    });
    const axes = [
      { name: 'orientation', values: Float64Array.from(orientationsDeg(8)) },
      { name: 'phase', values: Float64Array.from(phasesDeg(3)) },
    ];
    const layers = new Map(
      [0, 1].map((layer) => [`${layer}`, Float64Array.from(numbers.slice(24 * layer, 24 * layer + 24))]),
    );
    const result = await cardinalObliqueRatio([{ sensitivity: { axes, layers }, network: 'n' }], {
      ...options,
      quantity,
      resampling: { ...options.resampling, resamples: 2000 },
    });
    for (const [index, { ratio, interval }] of result.layers.entries()) {
      expect(ratio).toBeCloseTo(ratios[index] ?? NaN, 12);
      expect(interval.low).toBeCloseTo(lows[index] ?? NaN, 12);
      expect(interval.high).toBeCloseTo(highs[index] ?? NaN, 12);
    }
  });

  it('is the geometric mean over measurements, resampled by networks and then seeds', async () => {
    const measurement = (network: string, depth: number): Measurement => ({
      network,
      sensitivity: measured({ a: { depth } }, [8, 1]),
    });
    const ratio = (depth: number): number => (1 + depth) / (1 - depth);
    const seeds = [0.1, 0.2, 0.3].map((depth) => measurement('one network', depth));
    const { layers: ofSeeds } = await cardinalObliqueRatio(seeds, options);
    expect(ofSeeds[0]?.ratio).toBeCloseTo(Math.cbrt(ratio(0.1) * ratio(0.2) * ratio(0.3)), 12);
    expect(ofSeeds[0]?.ratios.map((value) => value.toFixed(9))).toEqual(
      [0.1, 0.2, 0.3].map((depth) => ratio(depth).toFixed(9)),
    );
    expect(ofSeeds[0]?.resampledOver).toBe('seeds');
    // As above: the least of 27 draws is thrice the least member.
    expect(ofSeeds[0]?.interval.low).toBeCloseTo(ratio(0.1), 12);
    expect(ofSeeds[0]?.interval.high).toBeCloseTo(ratio(0.3), 12);

    // Two networks whose seeds agree: the interval is that of two single values, whatever the number of seeds.
    const nested = [
      measurement('a', 0.1),
      measurement('a', 0.1),
      measurement('b', 0.3),
      measurement('b', 0.3),
    ];
    const { layers: ofNetworks, resampled } = await cardinalObliqueRatio(nested, options);
    expect(ofNetworks[0]?.resampledOver).toBe('networks, seeds');
    const outcomes = new Set(resampled.map(([value = NaN]) => value.toFixed(9)));
    const middle = Math.sqrt(ratio(0.1) * ratio(0.3));
    expect(outcomes).toEqual(new Set([ratio(0.1), middle, ratio(0.3)].map((value) => value.toFixed(9))));
  });

  it('depends on the seed, and on nothing else: neither on the number of resamples nor on other layers', async () => {
    const sensitivity = measured({ a: { depth: 0.4 }, b: { depth: 0.1 } }, [8, 5]);
    for (const [, d] of sensitivity.layers)
      d.forEach((value, index) => (d[index] = value * (1 + ((index * 7) % 5))));
    const only = { axes: sensitivity.axes, layers: new Map([...sensitivity.layers].slice(1)) };
    const draw = async (
      of: Sensitivity,
      seed: number,
      resamples: number,
    ): Promise<readonly (readonly number[])[]> =>
      (
        await cardinalObliqueRatio([{ sensitivity: of, network: 'n' }], {
          ...options,
          resampling: { resamples, confidence: 0.9, seed },
        })
      ).resampled;
    const all = await draw(sensitivity, 3, 50);
    expect(await draw(sensitivity, 3, 20)).toEqual(all.slice(0, 20));
    expect(await draw(only, 3, 50)).toEqual(all.map(([, b]) => [b]));
    expect(await draw(sensitivity, 4, 50)).not.toEqual(all);
  });

  it('gives a layer without sensitivity no ratio', async () => {
    const { axes } = measured({}, [8, 2]);
    const layers = new Map([['dead', new Float64Array(16)]]);
    const result = await cardinalObliqueRatio([{ sensitivity: { axes, layers }, network: 'n' }], options);
    expect(result.layers[0]).toMatchObject({ ratio: NaN, interval: { low: NaN, high: NaN } });
  });

  it('refuses measurements of different layers, and none', async () => {
    const [a, b] = [measured({ a: { depth: 0 } }, [8, 1]), measured({ b: { depth: 0 } }, [8, 1])];
    const both = [a, b].map((sensitivity) => ({ sensitivity, network: 'n' }));
    await expect(cardinalObliqueRatio(both, options)).rejects.toThrow(MismatchedLayersError);
    await expect(cardinalObliqueRatio([], options)).rejects.toThrow(/no measurements/);
  });

  it('can be given up', async () => {
    const sensitivity = measured({ a: { depth: 0 } });
    const pause = (): Promise<void> => Promise.reject(new Error('given up'));
    await expect(cardinalObliqueRatio([{ sensitivity, network: 'n' }], options, pause)).rejects.toThrow(
      'given up',
    );
  });
});

describe('cardinalWindows', () => {
  it('holds its edges, and goes round', () => {
    const angles = [-10, 170, 175.1, 0, 10, 10.001, 45, 80, 100, 125, 180, 360, 34.999];
    const { cardinal, oblique } = cardinalWindows(angles, 10);
    expect(cardinal.map((row) => angles[row])).toEqual([-10, 170, 175.1, 0, 10, 80, 100, 180, 360]);
    expect(oblique.map((row) => angles[row])).toEqual([45, 125]);
  });

  it('lets in an edge that arithmetic has moved', () => {
    expect(cardinalWindows([0.1 + 0.2, 45], 0.3).cardinal).toEqual([0]);
  });

  it('says which window is empty', () => {
    expect(() => cardinalWindows([0, 90], 5)).toThrow(EmptyWindowError);
    expect(() => cardinalWindows([0, 90], 5)).toThrow(
      /The oblique window is empty: .* ±5° of 45° or 135°\. The grid has 0, 90;/,
    );
    expect(() => cardinalWindows([45], 5)).toThrow(/The cardinal window is empty/);
  });
});

describe('depthTrend', () => {
  it("is SciPy's rank correlation, ties included", async () => {
    const ratios = [1.0, 0.98, 1.02, 1.02, 1.4, 1.3, 2.0];
    const layers = Object.fromEntries(
      ratios.map((ratio, index) => [`${index}`, { depth: (ratio - 1) / (ratio + 1) }]),
    );
    const ofRatios = await cardinalObliqueRatio(
      [{ sensitivity: measured(layers, [8, 1]), network: 'n' }],
      options,
    );
    // scipy.stats.spearmanr(range(7), ratios), SciPy 1.17.1
    expect(depthTrend(ofRatios, 0.95).spearman).toBeCloseTo(0.9189562119494703, 12);
  });

  it('leaves layers without a ratio out', async () => {
    const sensitivity = measured({ a: { depth: 0.1 }, b: { depth: 0.2 }, c: { depth: 0.3 } }, [8, 2]);
    const layers = new Map([...sensitivity.layers, ['dead', new Float64Array(16)] as const]);
    const ratios = await cardinalObliqueRatio(
      [{ sensitivity: { ...sensitivity, layers }, network: 'n' }],
      options,
    );
    const { spearman, interval } = depthTrend(ratios, 0.95);
    expect(spearman).toBeCloseTo(1, 12);
    expect(interval.low).toBeCloseTo(1, 12);
  });

  it('has an interval that tells a trend from none', async () => {
    const make = (slope: number): Measurement[] =>
      Array.from({ length: 8 }, (_, seed) => ({
        network: 'n',
        sensitivity: measured(
          Object.fromEntries(
            Array.from({ length: 8 }, (_, layer) => {
              const noise = 0.05 * Math.sin(12.9898 * (seed + 1) + 78.233 * (layer + 1) * (seed + 2));
              return [`${layer}`, { depth: slope * layer + noise }];
            }),
          ),
          [8, 1],
        ),
      }));
    const [trend, none] = await Promise.all(
      [0.05, 0].map(async (slope) => depthTrend(await cardinalObliqueRatio(make(slope), options), 0.95)),
    );
    expect(trend?.interval.low).toBeGreaterThan(0.9);
    expect(none?.interval.low).toBeLessThan(0);
    expect(none?.interval.high).toBeGreaterThan(0);
  });
});
