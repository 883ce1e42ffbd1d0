import { checkWorkflow } from '@oblique/workflow';
import { afterAll, describe, expect, it } from 'vitest';
import { alone, connectServices, InvalidParametersError, planRun } from '@oblique/study';
import { orientation } from './orientation.js';

const services = connectServices({
  serving: '127.0.0.1:1',
  stimulus: '127.0.0.1:1',
  statistics: '127.0.0.1:1',
  training: '127.0.0.1:1',
});
afterAll(() => {
  services.close();
});
const run = { id: 'r', startedAt: '2026-01-01T00:00:00Z' };

function violations(parameters: Parameters<typeof orientation.prepare>[0]): string[] {
  try {
    orientation.prepare(parameters);
  } catch (error) {
    if (error instanceof InvalidParametersError) return error.violations.map(({ field }) => field).sort();
    throw error;
  }
  return [];
}

describe('parameters', () => {
  it('are all described, with defaults that are taken', () => {
    for (const { name, description } of orientation.parameters) expect(description, name).toMatch(/\.$/);
    const defaults = Object.fromEntries(orientation.parameters.map((each) => [each.name, each.default]));
    expect(orientation.prepare(defaults).parameters).toEqual(orientation.prepare({}).parameters);
  });

  it('read again as they were read, as a resumed run needs', () => {
    for (const protocol of ['text', 'code']) {
      const { parameters } = orientation.prepare({ protocol, profile: 'paper' });
      expect(orientation.prepare(parameters).parameters).toEqual(parameters);
    }
  });

  it('name everything that is wrong at once', () => {
    expect(
      violations({ networks: [], seeds: [0, -1], protocol: 'both', sigma: 0, frequncy: 0.1, halfWidth: 50 }),
    ).toEqual(['frequncy', 'halfWidth', 'networks', 'protocol', 'seeds[1]', 'sigma']);
  });

  it('refuse orientations that leave a window empty', () => {
    expect(violations({ orientations: 6 })).toEqual(['orientations']);
    expect(violations({ orientations: 6, halfWidth: 15 })).toEqual([]);
    expect(violations({ orientations: 4 })).toEqual([]);
    // With both ends, five angles are 0, 45, 90, 135 and 180.
    expect(violations({ orientations: 4, protocol: 'code' })).toEqual(['orientations']);
    expect(violations({ orientations: 5, protocol: 'code' })).toEqual([]);
  });

  it('take one contrast where the protocol stretches it away', () => {
    const given = { profile: 'paper', protocol: 'code' };
    expect(orientation.prepare(given).parameters['gridContrasts']).toEqual([1]);
  });
});

describe('the plan', () => {
  it('is a graph, and ends with the report', () => {
    const runnable = alone(orientation);
    const prepared = runnable.prepare({ networks: ['mine', 'alexnet', 'alexnet_nonoverlapping'] });
    const { steps, reportStep } = planRun(runnable, prepared, services, run);
    checkWorkflow(steps);
    expect(steps.at(-1)?.id).toBe(reportStep);
  });

  it('gives a network its untrained and shuffled controls, and an architecture its seeds', () => {
    const { steps } = orientation
      .prepare({ networks: ['mine', 'resnet18'], seeds: [3, 5], gaborGrid: false })
      .plan(services);
    const models = steps.map(({ id }) => id).filter((id) => id.startsWith('model '));
    expect(models).toEqual([
      'model mine',
      'model mine untrained seed 3',
      'model mine untrained seed 5',
      'model mine shuffled, text seed 3',
      'model mine shuffled, text seed 5',
      'model resnet18 untrained seed 3',
      'model resnet18 untrained seed 5',
    ]);
  });

  it('measures every Gabor of the grid on each network itself', () => {
    const { steps } = orientation
      .prepare({
        networks: ['mine'],
        gridFrequencies: [0.01, 0.02],
        gridSigmas: [25, 50],
        gridContrasts: [0.5, 1],
      })
      .plan(services);
    expect(steps.filter(({ id }) => /^measure mine with/.test(id))).toHaveLength(8);
    expect(steps.filter(({ id }) => /^ratio mine with/.test(id))).toHaveLength(8);
  });
});
