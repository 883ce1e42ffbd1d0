import { sizeOf } from '@oblique/arrays';
import { writeProgram } from '@oblique/onnx';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { jvp, tangentName } from './jvp.js';
import { JVP_RULES } from './jvpRules.js';
import { zero } from './ruleMakers.js';
import {
  feedsOf,
  OPERATOR_CASES,
  programOf,
  scattered,
  values,
  type OperatorCase,
} from './testing/operatorCases.js';

test('every operator with a derivative has a case', () => {
  const differentiable = Object.entries(JVP_RULES).filter(([, entry]) => entry !== zero);
  expect(differentiable.map(([op]) => op).filter((op) => !(op in OPERATOR_CASES))).toEqual([]);
});

for (const [op, cases] of Object.entries(OPERATOR_CASES)) {
  test.each(cases.map((one, index) => [index, one] as const))(
    `${op} against central differences (case %i)`,
    async (_index, one) => {
      await checkCase(op, one);
    },
  );
}

async function checkCase(op: string, one: OperatorCase): Promise<void> {
  const single = one.precision !== undefined;
  const dtype = single ? 'float32' : 'float64';
  const [step, tolerance] =
    one.precision === 'float32 linear' ? [1, 1e-5] : single ? [2e-2, 2e-3] : [1e-3, 1e-8];
  const program = programOf(op, one, dtype);
  const names = one.shapes.map((_, index) => `x${index}`);
  const outputs = program.outputs.map(({ name }) => name);
  const [low, high] = one.range ?? [-2, 2];
  const point = one.shapes.map((shape, index) => scattered(shape, index, low, high, 0));
  const primal = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });

  // Each input alone, then all together, so that zero tangents are met too.
  const subsets = names.length === 1 ? [names] : [...names.map((name) => [name]), names];
  for (const wrt of subsets) {
    const direction = one.shapes.map((shape, index) =>
      wrt.includes(`x${index}`) ? scattered(shape, index, -1, 1, 7) : new Float64Array(sizeOf(shape)),
    );
    const feeds = feedsOf(names, one.shapes, point, dtype);
    const tangents = feedsOf(names.map(tangentName), one.shapes, direction, dtype);
    const derivative = await InferenceSession.create(writeProgram(jvp(program, { wrt, outputs })), {
      logSeverityLevel: 3,
    });
    const used = Object.fromEntries(
      Object.entries({ ...feeds, ...tangents }).filter(([name]) => derivative.inputNames.includes(name)),
    );
    const got = await derivative.run(used);
    const difference = async (h: number): Promise<Float64Array[]> => {
      const moved = async (sign: number): Promise<Record<string, Tensor>> =>
        primal.run(
          feedsOf(
            names,
            one.shapes,
            point.map((x, i) => x.map((value, k) => value + sign * h * (direction[i]?.[k] ?? 0))),
            dtype,
          ),
        );
      const [up, down] = [await moved(1), await moved(-1)];
      return outputs.map((name) =>
        values(up[name]).map((value, k) => (value - (values(down[name])[k] ?? 0)) / (2 * h)),
      );
    };
    // Richardson: the error of a central difference is of second order in the step.
    const [coarse, fine] = [await difference(step), await difference(step / 2)];
    outputs.forEach((name, index) => {
      const expected = fine[index]?.map((value, k) =>
        one.precision === 'float32 linear' ? value : (4 * value - (coarse[index]?.[k] ?? 0)) / 3,
      );
      const tangent = got[tangentName(name)];
      expect(tangent?.dims, `${op}: shape of the tangent of ${name}`).toEqual(got[name]?.dims);
      values(tangent).forEach((value, k) => {
        expect(
          Math.abs(value - (expected?.[k] ?? NaN)),
          `${op} d${wrt.join()} ${name}[${k}]: ${value} ≠ ${expected?.[k]}`,
        ).toBeLessThan(tolerance * (1 + Math.abs(value)));
      });
    });
  }
}
