import { sizeOf, toNumbers } from '@oblique/arrays';
import { intsAttribute, type Node, type Program } from '@oblique/onnx';

const FLOATS = new Set(['float16', 'float32', 'float64']);

/** Operators that pass on the values of their first input; the others say how. */
const PASSING = new Set([
  'Cast',
  'Expand',
  'Gather',
  'Identity',
  'Pad',
  'Reshape',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
]);

/** Operators that mix the values of all their inputs. */
const MIXING = new Set(['Add', 'Concat', 'Div', 'Mul', 'Sub', 'Sum']);

/** The initializers behind tensors that do not depend on the image. */
export class Constants {
  readonly #program: Program;
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(program: Program) {
    this.#program = program;
    this.#makers = new Map(program.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  }

  /** The float initializers whose values this constant tensor is made of. */
  sources(tensor: string): string[] {
    const initializer = this.#program.initializers.get(tensor);
    if (initializer !== undefined) return FLOATS.has(initializer.dtype) ? [tensor] : [];
    const maker = this.#makers.get(tensor);
    if (maker === undefined) return [];
    if (PASSING.has(maker.op)) return this.sources(maker.inputs[0] ?? '');
    return MIXING.has(maker.op) ? maker.inputs.flatMap((input) => this.sources(input)) : [];
  }

  /** The shape of this constant tensor; undefined where it does not follow from a few simple operators. */
  shape(tensor: string): readonly number[] | undefined {
    const initializer = this.#program.initializers.get(tensor);
    if (initializer !== undefined) return initializer.shape;
    const maker = this.#makers.get(tensor);
    const source = maker === undefined ? undefined : this.shape(maker.inputs[0] ?? '');
    if (maker === undefined || source === undefined) return undefined;
    switch (maker.op) {
      case 'Cast':
      case 'Identity':
        return source;
      case 'Transpose': {
        const order = intsAttribute(maker, 'perm') ?? source.map((_, axis) => source.length - 1 - axis);
        return order.map((axis) => source[axis] ?? 1);
      }
      case 'Reshape':
        return this.#reshaped(source, maker.inputs[1] ?? '');
      default:
        return undefined;
    }
  }

  #reshaped(source: readonly number[], target: string): readonly number[] | undefined {
    const wanted = this.#program.initializers.get(target);
    if (wanted === undefined) return undefined;
    const sizes = [...toNumbers(wanted)].map((size, axis) => (size === 0 ? (source[axis] ?? 1) : size));
    const known = sizeOf(sizes.filter((size) => size !== -1));
    return sizes.map((size) => (size === -1 ? sizeOf(source) / known : size));
  }
}
