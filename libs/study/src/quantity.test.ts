import { describe, expect, it } from 'vitest';
import { Quantity } from './quantity.js';

const table = (valueAt: (row: number, column: number) => number): Quantity =>
  Quantity.over(
    { row: [1, 2, 4], column: [10, 20] },
    ({ row, column }) => valueAt(Number(row), Number(column)),
    {
      name: 'table',
    },
  );

describe('a quantity', () => {
  it('is read by the names of its axes, whatever their order', () => {
    const product = table((row, column) => row * column);
    expect(product.at({ column: 20, row: 2 }).number).toBe(40);
    expect(product.at({ row: 4 }).line('column', {})).toMatchObject({ values: [40, 80], at: [10, 20] });
    expect(product.mean('row').at({ column: 10 }).number).toBeCloseTo(70 / 3, 12);
  });

  it('says what it has where it is asked for what it has not', () => {
    const q = table(() => 0);
    expect(() => q.at({ row: 3 })).toThrow('The axis "row" has no 3; it has: 1, 2, 4.');
    expect(() => q.mean('seed')).toThrow('table has no axis "seed"; it has: row, column.');
    expect(() => q.number).toThrow('table is no single number.');
  });

  it('is computed with others along the axes of one name', () => {
    const byColumn = Quantity.over({ column: [10, 20] }, ({ column }) => Number(column), { name: 'c' });
    const difference = table((row, column) => row * column).minus(byColumn);
    expect(difference.values).toEqual([0, 0, 10, 20, 30, 60]);
    const elsewhere = Quantity.over({ column: [10, 30] }, () => 0, { name: 'c' });
    expect(() => byColumn.minus(elsewhere)).toThrow('differ along "column": 10, 20 and 10, 30');
  });

  it('is read where another quantity says', () => {
    const peaks = table((row, column) => (column === 10 ? -((row - 2) ** 2) : row)).peak('row');
    expect(peaks.values).toEqual([2, 4]);
    const values = table((row, column) => 100 * row + column).at({ row: peaks });
    expect(values.values).toEqual([210, 420]);
    const never = table(() => 0).first('row', (value) => value > 0);
    expect(table(() => 5).at({ row: never }).values).toEqual([NaN, NaN]);
  });

  it('keeps what was not measured apart from what could not be', () => {
    const ragged = new Quantity(
      { name: 'q', title: 'q', words: 'q', isLogarithm: false },
      [
        { name: 'kind', values: ['a', 'b'] },
        { name: 'step', values: [1, 2, 3] },
      ],
      [1, undefined, 3, 4, NaN, 6],
    );
    expect(ragged.mean('step').values).toEqual([2, NaN]);
    expect(ragged.line('step', { kind: 'a' }).at).toEqual([1, 3]);
  });

  it('is averaged as an integral over what is known, and read between in the logarithm', () => {
    const line = Quantity.over({ step: [0, 50, 51, 52, 150] }, ({ step }) => (step === 0 ? 9 : 1), {
      name: 'q',
    });
    expect(line.meanFrom('step', 50).number).toBeCloseTo(1, 12);
    const logarithmic = Quantity.over({ step: [1, 10, 1000] }, ({ step }) => Math.log10(Number(step)), {
      name: 'q',
    });
    const where = Quantity.over({ time: [10, 100] }, ({ time }) => Number(time), { name: 'step' });
    expect(logarithmic.interpolated('step', where).values).toEqual([1, expect.closeTo(2, 12)]);
  });

  it('contrasts windows of a curve as the logarithm of their ratio, told as a ratio', () => {
    const orientation = Array.from({ length: 12 }, (_, k) => 15 * k);
    const curve = Quantity.over(
      { orientation },
      ({ orientation: angle }) => (Math.abs(Number(angle) - 90) <= 15 ? 6 : 2),
      { name: 'D' },
    );
    const ratio = curve.contrast('orientation', { of: [90], over: [0], halfWidthDeg: 15 });
    expect(ratio.told(ratio.number)).toBeCloseTo(3, 12);
  });
});
