import { checkWorkflow } from '@oblique/workflow';
import { afterAll, describe, expect, it } from 'vitest';
import { connectServices, InvalidParametersError, planRun } from '@oblique/study';
import { PARTS } from './parts.js';
import { reproduce } from './reproduce.js';

const nowhere = '127.0.0.1:1';
const services = connectServices({
  serving: nowhere,
  stimulus: nowhere,
  statistics: nowhere,
  training: nowhere,
});
afterAll(() => {
  services.close();
});

function namesOf(only: string[]): string[] {
  return reproduce.prepare({ only }).parts.map(({ analysis }) => analysis.name);
}

describe('what is reproduced', () => {
  it('is everything, in the order of the paper, where nothing is chosen', () => {
    expect(namesOf([])).toEqual(PARTS.map(({ analysis }) => analysis.name));
  });

  it('is chosen by figure, panel or analysis', () => {
    expect(namesOf(['fig6'])).toEqual(['label-noise']);
    expect(namesOf(['linear', 'fig2c'])).toEqual(['orientation', 'linear']);
    expect(namesOf(['si1'])).toEqual(['orientation', 'rotated']);
    expect(() => reproduce.prepare({ only: ['fig7'] })).toThrow(InvalidParametersError);
  });

  it('is given what each part takes, in every profile and protocol', () => {
    for (const profile of ['quick', 'full', 'paper']) {
      for (const protocol of ['text', 'code']) {
        const given = { profile, protocol, networks: ['mine'], data: '/photographs' };
        const { parts } = reproduce.prepare(given);
        for (const [index, { prepared }] of parts.entries()) {
          const takes = PARTS[index]?.takes ?? [];
          if (takes.includes('protocol')) expect(prepared.parameters['protocol']).toBe(protocol);
          if (takes.includes('networks')) expect(prepared.parameters['networks']).toEqual(['mine']);
          if (takes.includes('data')) expect(prepared.parameters['dataset']).toBe('/photographs');
        }
      }
    }
  });
});

describe('the plan', () => {
  it('is one graph of all parts, and ends with the report', () => {
    const { steps, reportStep } = planRun(reproduce, reproduce.prepare({}), services, {
      id: 'r',
      startedAt: '2026-01-01T00:00:00Z',
    });
    checkWorkflow(steps);
    expect(steps.at(-1)?.id).toBe(reportStep);
    expect(steps.at(-1)?.needs).toHaveLength(steps.length - 1);
  });
});
