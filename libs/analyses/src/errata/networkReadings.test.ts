import type { Claim } from '@oblique/report';
import type { Sensitivity } from '@oblique/statistics';
import { describe, expect, it } from 'vitest';
import type { MeasuredNetwork } from './measuredNetworks.js';
import { networkClaims, periodClaim } from './networkClaims.js';
import { layerReadings, type NetworkReading } from './networkReadings.js';

const ORIENTATIONS = [0, 45, 90, 135, 180];
const HALF_CIRCLE = [0, 90, 180];
const WHOLE_CIRCLE = [0, 90, 180, -90];

/** D of each layer as a function of orientation and phase in degrees. */
function measured(
  layers: Readonly<Record<string, (orientation: number, phase: number) => number>>,
): Sensitivity {
  return {
    axes: [
      { name: 'orientation', values: Float64Array.from(ORIENTATIONS) },
      { name: 'phase', values: Float64Array.from(WHOLE_CIRCLE) },
    ],
    layers: new Map(
      Object.entries(layers).map(([layer, d]) => [
        layer,
        Float64Array.from(
          ORIENTATIONS.flatMap((orientation) => WHOLE_CIRCLE.map((phase) => d(orientation, phase))),
        ),
      ]),
    ),
  };
}

const flat = (): number => 4;
/** 9 at cardinals, 1 at obliques: √D has the ratio 3. */
const cardinal = (orientation: number): number => (orientation % 90 === 0 ? 9 : 1);
/** At 0° the phase 90°, at 180° the phase −90° is seen best: the same stimulus. */
const phased = (orientation: number, phase: number): number =>
  (orientation === 0 && phase === 90) || (orientation === 180 && phase === -90) ? 7 : 1;
const scaled =
  (d: (orientation: number, phase: number) => number, factor: number) =>
  (orientation: number, phase: number): number =>
    factor * d(orientation, phase);

describe('readings of a layer', () => {
  it('compare D by differences with exact D, over all and at each orientation', () => {
    const half = (orientation: number): number => (orientation === 45 ? 0.5 : 1) * cardinal(orientation);
    const [layer] = layerReadings(measured({ one: cardinal }), measured({ one: half }), HALF_CIRCLE);
    // D summed over orientations: 9 + 1 + 9 + 1 + 9, of which a half is missing.
    expect(layer?.differenceOverExact).toBeCloseTo(28.5 / 29, 12);
    expect([layer?.leastDifferenceOverExact, layer?.mostDifferenceOverExact]).toEqual([0.5, 1]);
    expect(layer?.ratio.root).toBeCloseTo(3, 12);
    expect(layer?.ratio.d).toBeCloseTo(9, 12);
    expect(layer?.ratio.difference).toBeCloseTo(3 / ((Math.SQRT1_2 + 1) / 2), 12);
  });

  it('average over half a circle of phases with both ends, and over the whole one', () => {
    const [layer] = layerReadings(measured({ one: phased }), measured({ one: phased }), HALF_CIRCLE);
    expect(layer?.wholeCircle).toEqual([2.5, 1, 1, 1, 2.5]);
    expect(layer?.halfCircle).toEqual([3, 1, 1, 1, 1]);
  });

  it('need every phase, and the same layers', () => {
    const one = measured({ one: flat });
    expect(() => layerReadings(one, one, [0, 45])).toThrow('phase');
    expect(() => layerReadings(one, measured({ other: flat }), HALF_CIRCLE)).toThrow('one');
  });
});

/** A network whose members have these layers, by differences and exactly. */
function reading(
  origin: MeasuredNetwork['origin'],
  members: readonly (readonly [difference: Sensitivity, exact: Sensitivity])[],
): NetworkReading {
  return {
    network: { label: 'net', slug: 'net', origin, description: '', members: [] },
    members: members.map(([difference, exact]) => layerReadings(exact, difference, HALF_CIRCLE)),
    provenance: [],
  };
}

function verdicts(claims: readonly Claim[]): Record<string, string> {
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

describe('claims', () => {
  const exact = measured({ first: flat, second: cardinal, third: cardinal });
  const short = measured({ first: flat, second: scaled(cardinal, 0.9), third: scaled(cardinal, 0.8) });

  it('tell a bias that grows with depth, and that it leaves the ratio as it is', () => {
    const claims = networkClaims(reading('given', [[short, exact]]), 0.95);
    expect(verdicts(claims)).toEqual({
      'E.1-net': 'not supported',
      'E.1-depth-net': 'supported',
      'E.1-ratio-net': 'supported',
      'E.7-ratio-net': 'supported',
      'E.8-net': 'supported',
      // The first layer is flat.
      'E.9-net': 'not supported',
    });
    const [bias] = claims;
    expect(bias?.effect).toBeCloseTo(0.8, 12);
    expect(bias?.interval).toBeNull();
  });

  it('tell differences that are the derivative', () => {
    const claims = networkClaims(reading('given', [[exact, exact]]), 0.95);
    expect(verdicts(claims)).toMatchObject({ 'E.1-net': 'supported', 'E.1-ratio-net': 'supported' });
  });

  it('are judged by the interval over seeds, and not of what an untrained network has not learned', () => {
    const seeds = [0.7, 0.99, 1.2].map(
      (factor) =>
        [
          measured({ first: flat, second: scaled(cardinal, factor) }),
          measured({ first: flat, second: cardinal }),
        ] as const,
    );
    const claims = networkClaims(reading('untrained', seeds), 0.95);
    expect(verdicts(claims)).toMatchObject({ 'E.1-net': 'inconclusive' });
    expect(claims.map(({ id }) => id)).not.toContain('E.9-net');
    const [bias] = claims;
    expect(bias?.effect).toBeCloseTo(Math.cbrt(0.7 * 0.99 * 1.2), 12);
    expect(bias?.interval?.low).toBeLessThan(bias?.effect ?? NaN);
  });

  it('take one layer whose curve does not close as a refutation', () => {
    const closed = reading('given', [[exact, exact]]);
    const open = measured({ first: flat, second: phased });
    expect(periodClaim([closed])).toMatchObject({ effect: 0, verdict: 'supported' });
    const claim = periodClaim([closed, reading('given', [[open, open]])]);
    expect(claim.verdict).toBe('not supported');
    expect(claim.effect).toBeCloseTo(2 / 3, 12);
  });
});
