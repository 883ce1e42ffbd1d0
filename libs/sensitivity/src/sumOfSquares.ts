import { dataTypeCode, elementTypes, int, ProgramBuilder, prune, type Program } from '@oblique/onnx';

/**
 * Appends to the program, for each named tensor [N, C, …], the sum of its squares per example: float64 [N], under the
 * name given, as the program's only outputs.
 *
 * Squares are summed over space in float32, where one row of a channel is short, and over channels in float64: one
 * float32 sum over a large layer was seen to be off by 6e-4.
 */
export function sumOfSquares(program: Program, outputs: ReadonlyMap<string, string>): Program {
  const types = elementTypes(program);
  const b = ProgramBuilder.extending(program);
  for (const [tensor, output] of outputs) {
    const wide =
      types.get(tensor) === 'float16' ? b.op('Cast', [tensor], { to: int(dataTypeCode('float32')) }) : tensor;
    const channels = b.op('Reshape', [wide, b.ints([0, 0, -1])], {}, { name: `${output}/channels` });
    const squares = b.op(
      'ReduceSumSquare',
      [channels, b.ints([2])],
      { keepdims: int(0) },
      { name: `${output}/space` },
    );
    const exact = b.op('Cast', [squares], { to: int(dataTypeCode('float64')) }, { name: `${output}/exact` });
    b.op('ReduceSum', [exact, b.ints([1])], { keepdims: int(0) }, { output });
    b.output(output, 'float64', ['N']);
  }
  return prune(b.build());
}
