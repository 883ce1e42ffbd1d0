import { describe, expect, it } from 'vitest';
import { InvalidParametersError } from '@oblique/study';
import { errata } from './errata.js';
import { errataParameters } from './errataParameters.js';
import { codeParameters, oneMatrixRuns } from './linearErrata.js';
import { halfCirclePhasesDeg, measuredNetworks } from './measuredNetworks.js';

describe('parameters', () => {
  it('are all described, and read again as they were read', () => {
    for (const { name, description } of errata.parameters) expect(description, name).toMatch(/\.$/);
    for (const profile of ['quick', 'full']) {
      const { parameters } = errata.prepare({ profile });
      expect(errata.prepare(parameters).parameters).toEqual(parameters);
    }
  });

  it('name everything that is wrong at once', () => {
    const wrong = { networks: [], seeds: [-1], profile: 'paper', derivative: 0.01 };
    expect(() => errata.prepare(wrong)).toThrow(InvalidParametersError);
    expect(() => errata.prepare(wrong)).toThrow(/networks: .*seeds\[0\]: .*derivative: there is no such/s);
  });
});

describe('what is measured', () => {
  it('is a small trained network too, where no network was given', () => {
    const origins = (networks: string[]) =>
      measuredNetworks(errataParameters.parse({ networks })).map(({ origin, members }) => [
        origin,
        members.length,
      ]);
    expect(origins(['resnet18'])).toEqual([
      ['untrained', 3],
      ['trained', 3],
    ]);
    expect(origins(['mine', 'resnet18'])).toEqual([
      ['given', 1],
      ['untrained', 3],
    ]);
  });

  it("has the code's phases in the profile full", () => {
    const phases = halfCirclePhasesDeg(errataParameters.parse({ profile: 'full' }));
    expect(phases).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180]);
  });

  it('trains one matrix and its tied form from every seed, as the code does', () => {
    const linear = codeParameters(errataParameters.parse({ seeds: [4, 5] }));
    expect(linear.protocol).toBe('code');
    expect(oneMatrixRuns(linear).map(({ network, seed }) => `${network.slug} ${seed}`)).toEqual([
      'single 4',
      'single 5',
      'tied 4',
      'tied 5',
    ]);
  });
});
