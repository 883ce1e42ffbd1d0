import { describe, expect, it } from 'vitest';
import { byteSize, columns, counted, duration, unitOfD } from './terminal.js';

it('says lengths of time as people do', () => {
  expect([0, 0.2, 4, 59.1, 190, 3600, 7500].map(duration)).toEqual([
    '0 s',
    '1 s',
    '4 s',
    '1 min 0 s',
    '3 min 10 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
});

it('says sizes as people do', () => {
  expect([0, 1023, 1024, 1.5 * 1024 ** 2, 5 * 1024 ** 3, 5 * 1024 ** 4].map(byteSize)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 MiB',
    '5.0 GiB',
    '5120.0 GiB',
  ]);
});

it('says the unit of D', () => {
  expect(['radian', 'cycle/pixel', 'pixel', '1'].map(unitOfD)).toEqual([
    'per radian²',
    'per (cycle/pixel)²',
    'per pixel²',
    '',
  ]);
});

it('counts one and many', () => {
  expect([counted(1, 'point', 'points'), counted(12, 'point', 'points')]).toEqual(['1 point', '12 points']);
});

describe('columns', () => {
  it('are as wide as their widest cell, without trailing blanks', () => {
    expect(
      columns(
        ['name', 'x'],
        [
          ['a', ''],
          ['longer', '10'],
        ],
      ),
    ).toBe('name    x\na\nlonger  10');
  });
});
