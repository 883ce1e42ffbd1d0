import { expect, it } from 'vitest';
import { faultOf, truthOf, type Truth } from './testing/checkOperator.js';
import { mutationsOf, type Mutation } from './testing/mutations.js';
import { OPERATOR_CASES } from './testing/operatorCases.js';

/** Of all mutations, one in so many is tried; all of them with OBLIQUE_MUTATIONS=all. */
const SHARE = process.env['OBLIQUE_MUTATIONS'] === 'all' ? 1 : 16;

/** Mutations that change nothing, and why. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'Reshape: allowzero is left out': 'differs for empty tensors only',
  'Conv: kernel_shape is left out': 'follows from the weights',
  'ConvTranspose: kernel_shape is left out': 'follows from the weights',
  ...Object.fromEntries(
    ['training_mode', 'momentum'].flatMap((name) =>
      ['', 'transposed: '].map((side) => [
        `BatchNormalization: ${side}${name} is left out`,
        'of training mode, which is refused',
      ]),
    ),
  ),
};

/** Whether no case notices it. */
async function survives({ tables }: Mutation, truths: readonly Truth[]): Promise<boolean> {
  for (const truth of truths) {
    try {
      if ((await faultOf(truth, tables)) !== undefined) return false;
    } catch {
      // A program that does not run is noticed too.
      return false;
    }
  }
  return true;
}

it(
  'a rule that is spoiled is noticed',
  async () => {
    let tried = 0;
    let number = 0;
    const survivors: string[] = [];
    for (const [op, cases] of Object.entries(OPERATOR_CASES)) {
      let truths: Truth[] | undefined;
      for (const mutation of mutationsOf(op, cases)) {
        number += 1;
        if (number % SHARE !== 0) continue;
        truths ??= await Promise.all(cases.map(async (one) => truthOf(op, one)));
        if (!mutation.changes(truths)) continue;
        tried += 1;
        const name = `${op}: ${mutation.what}`;
        if (!(name in EQUIVALENT) && (await survives(mutation, truths))) survivors.push(name);
      }
    }
    expect(survivors).toEqual([]);
    expect(tried).toBeGreaterThan(SHARE === 1 ? 500 : 20);
  },
  SHARE === 1 ? 3_600_000 : 120_000,
);
