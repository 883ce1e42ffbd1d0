import { isComposedName, OPERATORS, type Attribute, type Operator } from '@oblique/onnx';
import { describe, expect, it } from 'vitest';
import { JVP_RULES } from './jvpRules.js';
import { faultOf, truthOf } from './testing/checkOperator.js';
import { OPERATOR_CASES } from './testing/operatorCases.js';

/** Operators with a derivative: those with a rule, and those that are said in others. */
const differentiable = Object.entries<Operator>(OPERATORS).filter(
  ([op]) => isComposedName(op) || JVP_RULES[op]?.kind === 'rule',
);

/** Attributes and inputs that no case varies, and why. */
const FIXED: Readonly<Record<string, string>> = {
  'Cast.to': 'only float to float has a derivative',
  'Cast.saturate': 'float8 only',
  'CastLike.saturate': 'float8 only',
  'Mod.fmod = 0': 'of whole numbers',
  'MaxPool.storage_order = 1': 'refused',
  'TopK.sorted = 0': 'the order is then open',
  'BatchNormalization.training_mode = 1': 'refused',
  'ScatterElements.reduction': 'products and extremes are refused',
  'ScatterND.reduction': 'products and extremes are refused',
  'Resize.scales': 'refused',
  'Resize.roi': 'refused',
};

/** The value of an attribute; '' where it is left out. */
function textOf(attribute: Attribute | undefined): string {
  switch (attribute?.type) {
    case 'int':
    case 'float':
    case 'string':
      return String(attribute.value);
    case 'ints':
    case 'floats':
      return attribute.value.join();
    default:
      return '';
  }
}

describe('the cases of operators', () => {
  it.each(differentiable)('use every attribute and input of %s', (op, { attributes, inputs }) => {
    const cases = OPERATOR_CASES[op] ?? [];
    expect(cases.length).toBeGreaterThan(0);
    for (const [name, { type, understood }] of Object.entries(attributes)) {
      const seen = cases.map((one) => textOf(one.attributes?.[name]));
      const missing = (understood ?? []).filter(
        (value) =>
          !(`${op}.${name}` in FIXED) &&
          !(`${op}.${name} = ${value}` in FIXED) &&
          !seen.includes(String(value)) &&
          !(attributes[name]?.default === value && seen.includes('')),
      );
      expect([name, missing]).toEqual([name, []]);
      if (understood === undefined && type !== 'tensor' && !(`${op}.${name}` in FIXED))
        expect([name, new Set(seen).size]).toEqual([name, Math.max(2, new Set(seen).size)]);
    }
    const entry = JVP_RULES[op];
    inputs.forEach(({ name, real, variadic }, place) => {
      if (!real || variadic || `${op}.${name}` in FIXED) return;
      const reals = inputs.slice(0, place).filter((before) => before.real).length;
      const moved = cases.some(({ shapes }) => shapes.length > reals);
      expect([name, moved]).toEqual([name, true]);
      if (entry?.kind === 'rule' && entry.differentiates !== 'all')
        expect([name, entry.differentiates]).toEqual([name, expect.arrayContaining([place])]);
    });
  });
});

for (const [op, cases] of Object.entries(OPERATOR_CASES)) {
  it.each(cases.map((one, index) => [index, one] as const))(
    `${op} against differences, forwards and backwards (case %i)`,
    async (_index, one) => {
      expect(await faultOf(await truthOf(op, one))).toBeUndefined();
    },
  );
}
