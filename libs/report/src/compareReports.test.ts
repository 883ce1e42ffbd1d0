import { float64, readNpz, writeNpz } from '@oblique/arrays';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from './buildReport.js';
import { compareReports } from './compareReports.js';
import { demonstrationReport } from './demonstrationReport.js';

let files: Map<string, Uint8Array>;

beforeAll(async () => {
  files = await buildReport(await demonstrationReport());
});

function changed(path: string, bytes: Uint8Array): Map<string, Uint8Array> {
  return new Map([...files, [path, bytes]]);
}

function text(path: string): string {
  return new TextDecoder().decode(files.get(path));
}

describe('two reports', () => {
  it('agree with themselves in every number, NaN with NaN', () => {
    const { missing, added, verdicts, numbers } = compareReports(files, new Map(files));
    expect([missing, added, verdicts]).toEqual([[], [], []]);
    expect(numbers.filter(({ different }) => different > 0)).toEqual([]);
    expect(numbers.length).toBeGreaterThan(20);
  });

  it('differ by what was changed, and by how much', () => {
    const arrays = readNpz(files.get('figures/grid.npz') ?? new Uint8Array());
    const other = { ...Object.fromEntries(arrays), ratio: float64([2, 2], [1.2, NaN, 0.8, 3.3]) };
    const { numbers } = compareReports(files, changed('figures/grid.npz', writeNpz(other)));
    const [difference, ...none] = numbers.filter(({ different }) => different > 0);
    expect(none).toEqual([]);
    expect(difference).toMatchObject({ name: 'grid: ratio', compared: 4, different: 1 });
    expect(difference?.largestDifference).toBeCloseTo(0.3, 6);
    expect(difference?.relativeDifference).toBeCloseTo(0.1, 6);
  });

  it('differ without measure where a number stands against none', () => {
    const arrays = readNpz(files.get('figures/grid.npz') ?? new Uint8Array());
    const other = { ...Object.fromEntries(arrays), ratio: float64([2, 2], [1.2, 1, 0.8, 3]) };
    const { numbers } = compareReports(files, changed('figures/grid.npz', writeNpz(other)));
    expect(numbers.find(({ different }) => different > 0)).toMatchObject({ largestDifference: Infinity });
  });

  it('differ in verdicts and in what they have', () => {
    const json = text('results.json').replace('"verdict": "supported"', '"verdict": "inconclusive"');
    const bytes = new TextEncoder().encode(json.replace('"id": "claim-1"', '"id": "claim-9"'));
    const comparison = compareReports(files, changed('results.json', bytes));
    expect(comparison.verdicts).toEqual([{ claim: 'claim-0', first: 'supported', second: 'inconclusive' }]);
    expect(comparison.missing).toEqual(['claim-1: effect', 'claim-1: interval']);
    expect(comparison.added).toEqual(['claim-9: effect', 'claim-9: interval']);
  });

  it('cannot be compared where one is none', () => {
    expect(() => compareReports(files, new Map())).toThrow(/no results\.json/);
    const bytes = new TextEncoder().encode('{"analysis": 3}');
    expect(() => compareReports(files, changed('results.json', bytes))).toThrow(/not that of a report/);
  });
});
