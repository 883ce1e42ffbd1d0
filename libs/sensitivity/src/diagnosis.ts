import { toNumbers, type NdArray } from '@oblique/arrays';
import { jvp, tangentName } from '@oblique/autodiff';
import {
  dataTypeCode,
  elementTypes,
  int,
  ProgramBuilder,
  prune,
  withFloat64Kernels,
  withOutputs,
  type Node,
  type Program,
} from '@oblique/onnx';
import { composedProgram, networkTensor, type SensitivityProgramOptions } from './sensitivityProgram.js';

/** Why D is no finite number. */
export type NonFiniteReason =
  /** An activation is not a number: 0/0, ∞ − ∞, the root or logarithm of a negative number. */
  | 'notANumber'
  /** An activation is infinite: beyond the largest number, a division by 0, the logarithm of 0. */
  | 'overflow'
  /** The activations are finite, but a derivative is infinite, or so steep that its square is. */
  | 'infiniteSlope'
  /** Every derivative is finite, and the sum of their squares is not. */
  | 'sumOverflow'
  /** One of very many points: only the first are looked into. */
  | 'unexamined';

/** What is wrong at one layer for one stimulus. */
export interface Diagnosis {
  readonly reason: NonFiniteReason;
  readonly message: string;
}

/** Finds where in the network the first number that is not finite arises. */
export interface Diagnostics {
  /** Its one output, {@link CHECKS}, tells of every tensor what it holds. */
  readonly program: Program;
  /** What was found at the layer of this tensor. */
  readonly diagnose: (checks: NdArray, layerTensor: string) => Diagnosis;
}

/** The output of a diagnosis program: three numbers a tensor, each 0 or 1: infinite or not a number, not a number, steep. */
export const CHECKS = 'checks';

/** Slopes from here on have squares that overflow; an infinite one is written as a larger one still. */
const STEEP = { float32: 1e18, float64: 1e150 } as const;

/** As the sensitivity program of the same options, but it looks at every tensor on the way; of exact derivatives. */
export function diagnostics(options: SensitivityProgramOptions): Diagnostics {
  const { precision = 'float32', derivative = { kind: 'exact' } } = options;
  const { whole, wrt, network, tensors } = composedProgram(options);
  const types = elementTypes(whole);
  const real = (tensor: string): boolean => types.get(tensor)?.startsWith('float') === true;
  const examined = network.nodes.flatMap((node) =>
    node.outputs.filter((tensor) => tensor !== '' && real(tensor)).map((tensor) => ({ tensor, node })),
  );
  const names = examined.map(({ tensor }) => tensor);
  const exact = derivative.kind === 'exact';
  const source = exact ? jvp(whole, { wrt: [wrt], outputs: names }) : withOutputs(whole, names);
  const b = ProgramBuilder.extending(source);
  const scalars = examined.flatMap(({ tensor }) => {
    const cast = (from: string, to: 'float32' | 'float64'): string =>
      b.op('Cast', [from], { to: int(dataTypeCode(to)) });
    const any = (condition: string): string =>
      b.op('Reshape', [b.op('ReduceMax', [cast(condition, 'float32')], { keepdims: int(0) }), b.ints([1])]);
    const beyond = (value: string, limit: number): string => {
      const size = b.op('Abs', [cast(value, precision)]);
      return any(b.op('Not', [b.op('Less', [size, b.scalar(limit, precision)])]));
    };
    return [
      beyond(tensor, Infinity),
      any(b.op('IsNaN', [tensor])),
      exact ? beyond(tangentName(tensor), STEEP[precision]) : b.op('Identity', [b.initializer('none', NONE)]),
    ];
  });
  b.op('Concat', scalars, { axis: int(0) }, { output: CHECKS });
  b.output(CHECKS, 'float32', [scalars.length]);
  const checked = prune(b.build());
  const program = precision === 'float64' ? withFloat64Kernels(checked) : checked;

  const diagnose = (checks: NdArray, layerTensor: string): Diagnosis => {
    const values = toNumbers(checks);
    const before = ancestors(network, networkTensor(layerTensor));
    const index = examined.findIndex(
      ({ tensor }, at) =>
        before.has(tensor) && (values[3 * at] !== 0 || values[3 * at + 1] !== 0 || values[3 * at + 2] !== 0),
    );
    const found = examined[index];
    if (found === undefined) {
      return exact
        ? {
            reason: 'sumOverflow',
            message: `every derivative is finite, but the sum of their squares overflows ${precision}.`,
          }
        : { reason: 'overflow', message: 'the activations are finite there, and overflow a step beside it.' };
    }
    const where = `${found.node.op} (node ${nodeName(found.node)})`;
    if (values[3 * index + 1] !== 0) {
      return {
        reason: 'notANumber',
        message: `an activation of ${where} is not a number, as of 0/0, ∞ − ∞, or a root or logarithm of a negative number.`,
      };
    }
    if (values[3 * index] !== 0) {
      return {
        reason: 'overflow',
        message: `an activation of ${where} overflows ${precision}, or is infinite, as 1/0 is.`,
      };
    }
    return {
      reason: 'infiniteSlope',
      message: `the activations are finite, but a slope of ${where} is infinite, as that of √ is at 0, or its square overflows ${precision}.`,
    };
  };
  if (tensors.length === 0) throw new RangeError('There is no layer to look into.');
  return { program, diagnose };
}

const NONE = { dtype: 'float32', shape: [1], data: Float32Array.of(0) } as const satisfies NdArray;

/** The tensors that this one is made from, itself included. */
function ancestors(program: Program, tensor: string): Set<string> {
  const needed = new Set([tensor]);
  for (const node of program.nodes.toReversed())
    if (node.outputs.some((output) => needed.has(output))) for (const input of node.inputs) needed.add(input);
  return needed;
}

/** As the network's file has it. */
const nodeName = ({ name }: Node): string => name.replace(/^network\//, '');
