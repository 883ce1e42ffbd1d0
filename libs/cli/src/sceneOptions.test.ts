import { join } from 'node:path';
import { UsageError } from '@oblique/service';
import { describe, expect, it } from 'vitest';
import { readDatasetOptions } from './sceneOptions.js';

describe('readDatasetOptions', () => {
  it('leaves to the service what is not said', () => {
    const value = {
      count: 0,
      seed: '0',
      sizePixels: 0,
      orientation: undefined,
      hue: undefined,
      frequency: undefined,
      orientationBins: 0,
    };
    expect(readDatasetOptions('scenes', {})).toEqual({ source: { $case: 'scenes', value }, limit: 0 });
  });

  it('reads the dials of scenes', () => {
    const options = {
      prior: '22.5:1.5',
      huePrior: 'green',
      frequencyExponent: '0',
      sceneSeed: '3',
      sceneSize: '64',
      scenes: '500',
      limit: '100',
    };
    expect(readDatasetOptions('scenes', options)).toMatchObject({
      source: {
        value: {
          count: 500,
          seed: '3',
          sizePixels: 64,
          orientation: { peakDeg: 22.5, concentration: 1.5 },
          hue: { peakDeg: 120, concentration: 1 },
          frequency: { exponent: 0 },
        },
      },
      limit: 100,
    });
  });

  it.each([
    ['oblique', { peakDeg: 45, concentration: 0.7 }],
    ['cardinal', { peakDeg: 0, concentration: 0.7 }],
    ['uniform', { peakDeg: 0, concentration: 0 }],
    ['-10', { peakDeg: -10, concentration: 0.7 }],
  ])('knows the prior %s', (prior, orientation) => {
    expect(readDatasetOptions('scenes', { prior })).toMatchObject({ source: { value: { orientation } } });
  });

  it.each(['', 'steep', '45:', ':1', '1:2:3', '45°', 'constructor'])('refuses the prior "%s"', (prior) => {
    expect(() => readDatasetOptions('scenes', { prior })).toThrow(UsageError);
  });

  it('takes places as they are, local ones from here', () => {
    expect(readDatasetOptions('s3://bucket/photographs', { limit: '5' })).toEqual({
      source: { $case: 'location', value: 's3://bucket/photographs' },
      limit: 5,
    });
    expect(readDatasetOptions('photographs.tar', {}).source?.value).toBe(
      join(process.cwd(), 'photographs.tar'),
    );
  });

  it('refuses dials of scenes for other images', () => {
    expect(() => readDatasetOptions('photographs', { huePrior: 'green' })).toThrow(
      /--hue-prior .* photographs/u,
    );
  });
});
