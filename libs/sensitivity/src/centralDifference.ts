import { tangentName } from '@oblique/autodiff';
import {
  dataTypeCode,
  elementTypes,
  int,
  ProgramBuilder,
  renameTensors,
  upgradeOpset,
  withOutputs,
  type Program,
} from '@oblique/onnx';

interface CentralDifferenceOptions {
  /** Float64 input of the program with respect to which it is differentiated. */
  readonly wrt: string;
  /** Floating-point tensors that are differentiated, inner ones included; of float16 the differences are float32. */
  readonly outputs: readonly string[];
  /** In the unit of `wrt`, above 0. */
  readonly step: number;
}

/**
 * Central finite differences as a program that stands where that of `jvp` could: it has the inputs of `program` and
 * `tangent/<wrt>`, and for each output y `tangent/y` = (y(wrt + step · tangent) − y(wrt − step · tangent)) / (2 step).
 * `program` stands in it twice with the same weights.
 */
export function centralDifference(
  program: Program,
  { wrt, outputs, step }: CentralDifferenceOptions,
): Program {
  const source = withOutputs(upgradeOpset(program), outputs);
  const types = elementTypes(source);
  const b = ProgramBuilder.extending({ ...source, nodes: [] }, { reserved: source.nodes });
  const along = source.inputs.find(({ name }) => name === wrt);
  const tangent = b.input(tangentName(wrt), 'float64', along?.shape);
  const offset = b.op('Mul', [tangent, b.scalar(step, 'float64')]);
  const sides = (['Add', 'Sub'] as const).map((shift) => {
    const shifted = b.op(shift, [wrt, offset]);
    const shared = new Set([...source.initializers.keys(), ...source.inputs.map(({ name }) => name)]);
    const nameOf = (tensor: string): string => {
      if (tensor === wrt) return shifted;
      return shared.has(tensor) ? tensor : `${shift}/${tensor}`;
    };
    for (const node of renameTensors(source, nameOf).nodes)
      b.push({ ...node, name: `${shift}/${node.name}` });
    return nameOf;
  });
  for (const tensor of outputs) {
    const type = types.get(tensor);
    const dtype = type === 'float64' ? 'float64' : 'float32';
    const difference = b.op(
      'Sub',
      sides.map((nameOf) =>
        type === 'float16'
          ? b.op('Cast', [nameOf(tensor)], { to: int(dataTypeCode(dtype)) })
          : nameOf(tensor),
      ),
    );
    const slope = b.op('Div', [difference, b.scalar(2 * step, dtype)], {}, { output: tangentName(tensor) });
    b.output(slope, dtype);
  }
  return b.build();
}
