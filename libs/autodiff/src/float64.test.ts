import {
  elementTypes,
  inferShapes,
  NoFloat64Error,
  upgradeOpset,
  widenFloats,
  withFloat64Kernels,
} from '@oblique/onnx';
import { expect, it } from 'vitest';
import { jvp, tangentName } from './jvp.js';
import { runOnce, truthOf } from './testing/checkOperator.js';
import { feedsOf, OPERATOR_CASES, programOf, values } from './testing/operatorCases.js';

for (const [op, cases] of Object.entries(OPERATOR_CASES)) {
  it.each(cases.map((one, index) => [index, one] as const))(
    `${op}: shapes and types are those that ONNX Runtime gives (case %i)`,
    async (_index, one) => {
      const { program, outputs, dtype } = await truthOf(op, one);
      const upgraded = upgradeOpset(program);
      const [{ shapes }, types] = [inferShapes(upgraded), elementTypes(upgraded)];
      for (const { name, dims } of outputs) {
        expect([name, shapes.get(name)]).toEqual([name, dims]);
        expect([name, types.get(name)]).toEqual([name, op === 'Cast' ? 'float64' : dtype]);
      }
    },
  );

  it.each(cases.map((one, index) => [index, one] as const))(
    `${op} in float64 is the same function, more exactly, or refused by name (case %i)`,
    async (_index, one) => {
      // LayerNormalization's mean and deviation are float32 by definition.
      if (op === 'LayerNormalization' && one.outputs === 3) return;
      const truth = await truthOf(op, one);
      let program;
      try {
        program = widenFloats(upgradeOpset(programOf(op, one, 'float32')));
        withFloat64Kernels(program);
      } catch (error) {
        expect(error).toBeInstanceOf(NoFloat64Error);
        expect(String(error)).toContain(op);
        return;
      }
      const names = truth.point.map((_, index) => `x${index}`);
      const feeds = feedsOf(names, one.shapes, truth.point, 'float64');
      const outputs = truth.outputs.map(({ name }) => name);
      for (const { wrt, direction, derivative } of truth.moves) {
        const tangents = feedsOf(names.map(tangentName), one.shapes, direction, 'float64');
        const forward = withFloat64Kernels(jvp(program, { wrt, outputs }));
        const got = await runOnce(forward, { ...feeds, ...tangents });
        truth.outputs.forEach(({ name, values: expected }, index) => {
          expectNear(values(got[name]), expected, 2e-5);
          const slopes = derivative[index];
          const exact = one.precision === undefined || one.reference !== undefined;
          if (slopes !== undefined)
            expectNear(values(got[tangentName(name)]), slopes, exact ? 1e-6 : truth.tolerance);
        });
      }
    },
  );
}

function expectNear(found: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => {
    const truth = expected[index] ?? NaN;
    expect(Math.abs(value - truth), `${value} ≠ ${truth}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(truth)),
    );
  });
}
