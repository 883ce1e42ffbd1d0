import { dataTypeCode, elementTypes, int, ProgramBuilder, prune, type Program } from '@oblique/onnx';

/**
 * Appends to the program, for each named tensor [N, C, …], the sum of its squares per example: float64 [N], under the
 * name given, as the program's only outputs.
 *
 * The last axis, one row of a channel, is summed in float32 and everything else in float64: one float32 sum over a whole
 * 112 × 112 channel was seen to be off by 9e-5 where its values are alike, one over a large layer by 6e-4.
 */
export function sumOfSquares(program: Program, outputs: ReadonlyMap<string, string>): Program {
  const types = elementTypes(program);
  const b = ProgramBuilder.extending(program);
  for (const [tensor, output] of outputs) {
    const wide =
      types.get(tensor) === 'float16' ? b.op('Cast', [tensor], { to: int(dataTypeCode('float32')) }) : tensor;
    // So that there is an axis to sum over where an example has one number: [N] is [N, 1] then.
    const separate = b.op('Unsqueeze', [wide, b.ints([1])], {}, { name: `${output}/separate` });
    const rows = b.op(
      'ReduceSumSquare',
      [separate, b.ints([-1])],
      { keepdims: int(0) },
      { name: `${output}/rows` },
    );
    const exact = b.op('Cast', [rows], { to: int(dataTypeCode('float64')) }, { name: `${output}/exact` });
    const flat = b.op('Reshape', [exact, b.ints([0, -1])], {}, { name: `${output}/flat` });
    b.op('ReduceSum', [flat, b.ints([1])], { keepdims: int(0) }, { output });
    b.output(output, 'float64', ['N']);
  }
  return prune(b.build());
}
