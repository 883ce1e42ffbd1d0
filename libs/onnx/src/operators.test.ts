import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Operator } from './operator.js';
import { OPERATORS } from './operators.js';
import { OPSET } from './programBuilder.js';

/** What ONNX says of an operator (see reference/onnxSchemas.py). */
interface Schema {
  readonly since: number;
  readonly inputs: readonly { readonly name: string; readonly real: boolean }[];
  readonly outputs: readonly { readonly name: string; readonly real: boolean }[];
  readonly attributes: Readonly<
    Record<
      string,
      { readonly type: string; readonly required: boolean; readonly default: unknown; readonly since: number }
    >
  >;
}

const SCHEMAS = JSON.parse(
  readFileSync(new URL('../reference/onnxSchemas.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Schema>>;

/** Attributes of ONNX that the table leaves out, so that they are refused, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  'Cast.round_mode': 'rounding to float8, which Oblique does not have',
  'CastLike.round_mode': 'rounding to float8, which Oblique does not have',
};

/** Places that ONNX lets hold real numbers, and that have no derivative all the same. */
const NO_DERIVATIVE: Readonly<Record<string, string>> = {
  'CastLike.target_type': 'only its type counts',
  'QuantizeLinear.y': 'float8 at most',
  'QuantizeLinear.y_zero_point': 'of the type of y',
  'DequantizeLinear.x': 'float8 at most',
  'DequantizeLinear.x_zero_point': 'of the type of x',
};

const described = Object.entries<Operator>(OPERATORS).filter(([op]) => op !== 'Constant');

describe('the table of operators', () => {
  it.each(described)('%s has the inputs and outputs that ONNX gives it', (op, operator) => {
    const schema = SCHEMAS[op]!;
    for (const kind of ['inputs', 'outputs'] as const) {
      expect(operator[kind].length).toBe(schema[kind].length);
      operator[kind].forEach(({ name, optional, variadic, real }, index) => {
        const theirs = schema[kind][index]!;
        expect([name, optional, variadic]).toEqual([
          name,
          theirs.name.endsWith('?'),
          theirs.name.endsWith('...'),
        ]);
        if (!(`${op}.${name}` in NO_DERIVATIVE)) expect([op, name, real]).toEqual([op, name, theirs.real]);
      });
    }
  });

  it.each(described)(
    '%s has the attributes that ONNX gives it, with their types and defaults',
    (op, operator) => {
      const schema = SCHEMAS[op]!;
      const names = Object.keys(schema.attributes).filter((name) => !(`${op}.${name}` in REFUSED));
      expect(Object.keys(operator.attributes).sort()).toEqual(names.sort());
      for (const [name, ours] of Object.entries(operator.attributes)) {
        const theirs = schema.attributes[name]!;
        expect([name, ours.type, ours.required]).toEqual([name, theirs.type, theirs.required]);
        if (typeof theirs.default === 'number') expect(ours.default).toBeCloseTo(theirs.default, 7);
        else expect([name, ours.default ?? null]).toEqual([name, theirs.default]);
        // An operator that is newer than the set brings its attributes with it.
        if (schema.since <= OPSET) expect([name, ours.since ?? OPSET]).toEqual([name, theirs.since]);
      }
    },
  );

  it('knows every operator of the schemas, and no other', () => {
    expect(described.map(([op]) => op).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });
});
