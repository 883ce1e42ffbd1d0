import { float64, sizeOf, type NdArray } from '@oblique/arrays';
import { ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { gradient, gradientName } from './gradient.js';
import { jvp, tangentName } from './jvp.js';
import {
  feedsOf,
  OPERATOR_CASES,
  programOf,
  scattered,
  values,
  type OperatorCase,
} from './testing/operatorCases.js';

/** Outputs weighed differently in every element, so that a cotangent that goes astray is seen: loss = Σ c · y. */
async function weighed(program: Program, feeds: ReturnType<typeof feedsOf>): Promise<Program> {
  const session = await InferenceSession.create(writeProgram(program), { logSeverityLevel: 3 });
  const results = await session.run(feeds);
  const b = ProgramBuilder.extending(program);
  const terms = program.outputs.map(({ name, dtype }, index) => {
    const shape = [...(results[name]?.dims ?? [])];
    const weights: NdArray = float64(shape, scattered(shape, index, -1, 1, 3));
    const weight = b.initializer(`weights${index}`, weights);
    const cast = dtype === 'float64' ? weight : b.op('Cast', [weight], { to: { type: 'int', value: 1 } });
    return b.op('ReduceSum', [b.op('Mul', [name, cast])], { keepdims: { type: 'int', value: 0 } });
  });
  b.op('Sum', terms, {}, { output: 'loss' });
  b.output('loss', program.outputs[0]?.dtype ?? 'float64', []);
  return b.build();
}

for (const [op, cases] of Object.entries(OPERATOR_CASES)) {
  test.each(cases.map((one, index) => [index, one] as const))(
    `the transpose of ${op} against its derivative (case %i)`,
    async (_index, one) => {
      await checkTranspose(op, one);
    },
  );
}

/** ⟨gradient, v⟩ = derivative along v, for every input and several v. */
async function checkTranspose(op: string, one: OperatorCase): Promise<void> {
  const single = one.precision !== undefined;
  const dtype = single ? 'float32' : 'float64';
  const tolerance = single ? 2e-5 : 1e-11;
  const names = one.shapes.map((_, index) => `x${index}`);
  const [low, high] = one.range ?? [-2, 2];
  const feeds = feedsOf(
    names,
    one.shapes,
    one.shapes.map((shape, index) => scattered(shape, index, low, high, 0)),
    dtype,
  );
  const program = await weighed(programOf(op, one, dtype), feeds);
  const reverse = await InferenceSession.create(
    writeProgram(gradient(program, { loss: 'loss', wrt: names })),
    {
      logSeverityLevel: 3,
    },
  );
  const gradients = await reverse.run(feeds);
  const forward = await InferenceSession.create(
    writeProgram(jvp(program, { wrt: names, outputs: ['loss'] })),
    {
      logSeverityLevel: 3,
    },
  );
  for (const [turned, name] of names.entries()) {
    expect(gradients[gradientName(name)]?.dims, `${op}: shape of the gradient of ${name}`).toEqual(
      one.shapes[turned],
    );
    for (const shift of [7, 8, 9]) {
      const directions = one.shapes.map((shape, index) =>
        index === turned ? scattered(shape, index, -1, 1, shift) : new Float64Array(sizeOf(shape)),
      );
      const all = { ...feeds, ...feedsOf(names.map(tangentName), one.shapes, directions, dtype) };
      const used = Object.fromEntries(
        Object.entries(all).filter(([key]) => forward.inputNames.includes(key)),
      );
      const [expected = NaN] = values((await forward.run(used))[tangentName('loss')]);
      const found = values(gradients[gradientName(name)]).reduce(
        (sum, value, index) => sum + value * (directions[turned]?.[index] ?? 0),
        0,
      );
      expect(Math.abs(found - expected), `${op} d${name}: ${found} ≠ ${expected}`).toBeLessThan(
        tolerance * (1 + Math.abs(expected)),
      );
    }
  }
}
