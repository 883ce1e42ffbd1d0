import { expect, it } from 'vitest';
import { z } from 'zod';
import { count, declareParameters, param, several } from './parameter.js';

const declared = declareParameters(
  'test',
  {
    steps: param(count(2), 'Steps.', { quick: 10, full: 100 }),
    sizes: param(several(z.number(), { least: 2, sorted: true }), 'Sizes.', [3, 1, 3]),
  },
  { quick: 'little', full: 'much' },
);
const read = (given: Parameters<typeof declared.read>[0]) => declared.read(given, () => undefined);

it('takes the value of its profile where it is left at null', () => {
  expect(read({})).toEqual({ profile: 'quick', steps: 10, sizes: [1, 3] });
  expect(read({ profile: 'full', steps: null })).toMatchObject({ steps: 100 });
  expect(read({ profile: 'full', steps: 7 })).toMatchObject({ steps: 7 });
});

it('says everything that is wrong', () => {
  expect(() => read({ steps: 1, sizes: [2, 2], size: 3 })).toThrow(
    /steps: .*sizes: give at least 2 different.*size: there is no/su,
  );
  expect(() => declared.read({}, (_p, wrong) => wrong('steps', 'too few'))).toThrow('steps: too few');
});

it('is told with what each profile sets', () => {
  expect(declared.list.map(({ name, default: value }) => [name, value])).toEqual([
    ['profile', 'quick'],
    ['steps', null],
    ['sizes', [1, 3]],
  ]);
  expect(declared.list[0]?.description).toBe('Sets what is left at null. quick: little. full: much.');
});

it('needs a value for every profile', () => {
  expect(() =>
    declareParameters('test', { steps: param(count(1), 'Steps.', { quick: 1 }) }, { quick: '', full: '' }),
  ).toThrow('has no value for the profile full');
});
