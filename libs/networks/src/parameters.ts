import { intAttribute, type Node, type Program } from '@oblique/onnx';
import { activationsOf, findImageInput } from './activations.js';
import { Constants } from './constants.js';
import { liftConstants } from './liftConstants.js';

/**
 * What a learned tensor does: `weight` and `bias` of a linear operator; `scale` and `shift` of a normalisation, or
 * factors and summands elsewhere behind the first linear operator; running `mean` and `variance`; `slope` of PRelu;
 * `embedding` of positions and extra tokens.
 */
export type Role = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance' | 'slope' | 'embedding';

/** A learned tensor of a network. */
export interface Parameter {
  /** Name of the initializer, or of the Constant node's output. */
  readonly tensor: string;
  readonly role: Role;
  /** Inputs of one unit, for weights and biases; undefined where it cannot be told. */
  readonly fanIn: number | undefined;
}

const CONVOLUTIONS = new Set(['Conv', 'ConvTranspose', 'FusedConv']);
const PRODUCTS = new Set(['Gemm', 'MatMul', 'FusedGemm', 'FusedMatMul']);
const RECURRENT = new Set(['GRU', 'LSTM', 'RNN']);
const NORMALISATIONS = new Set(['GroupNormalization', 'InstanceNormalization', 'LayerNormalization']);

/**
 * The learned tensors of a network, found by what they do in it and not by name: float initializers (also behind
 * Transpose, Reshape and the like) that enter a linear or normalising operator together with data from the image, or
 * that are added, concatenated or multiplied to it behind the first linear operator. So preprocessing, shapes, axes,
 * scalars and attention masks are not among them. Each tensor is listed once, with its first role.
 */
export function parametersOf(program: Program): Parameter[] {
  return new ParameterSearch(liftConstants(program)).run();
}

class ParameterSearch {
  readonly #program: Program;
  readonly #constants: Constants;
  readonly #found = new Map<string, Parameter>();
  /** Tensors behind a linear operator with weights. */
  readonly #learned = new Set<string>();
  /** Outputs of linear operators that may still get their bias, with the inputs of a unit. */
  readonly #awaitingBias = new Map<string, number | undefined>();
  readonly #masked: ReadonlySet<string>;

  constructor(program: Program) {
    this.#program = program;
    this.#constants = new Constants(program);
    this.#masked = new Set(
      program.nodes.filter(({ op }) => op === 'Softmax').flatMap(({ inputs }) => inputs),
    );
  }

  run(): Parameter[] {
    const data = new Set([findImageInput(this.#program)?.name]);
    for (const { tensor } of activationsOf(this.#program)) data.add(tensor);
    for (const node of this.#program.nodes) {
      if (!node.inputs.some((input) => data.has(input))) continue;
      this.#visit(node, (index) => {
        const input = node.inputs[index] ?? '';
        return input === '' || data.has(input) ? [] : this.#constants.sources(input);
      });
      if (node.inputs.some((input) => this.#learned.has(input))) this.#markLearned(node);
    }
    return [...this.#found.values()];
  }

  #visit(node: Node, sources: (index: number) => string[]): void {
    const { op, inputs } = node;
    const add = (index: number, role: Role, fanIn?: number): void => {
      for (const tensor of sources(index)) {
        if (!this.#found.has(tensor)) this.#found.set(tensor, { tensor, role, fanIn });
      }
    };
    if (CONVOLUTIONS.has(op) || PRODUCTS.has(op)) {
      const side = sources(1).length > 0 ? 1 : 0;
      if (sources(side).length === 0) return;
      const fanIn = fanInOf(node, side, this.#constants.shape(inputs[side] ?? ''));
      add(side, 'weight', fanIn);
      add(2, 'bias', fanIn);
      this.#awaitingBias.set(node.outputs[0] ?? '', fanIn);
      this.#markLearned(node);
    } else if (RECURRENT.has(op)) {
      const fanIn = intAttribute(node, 'hidden_size', 1);
      add(1, 'weight', fanIn);
      add(2, 'weight', fanIn);
      add(3, 'bias', fanIn);
      this.#markLearned(node);
    } else if (op === 'BatchNormalization' || NORMALISATIONS.has(op)) {
      add(1, 'scale');
      add(2, 'shift');
      if (op === 'BatchNormalization') {
        add(3, 'mean');
        add(4, 'variance');
      }
    } else if (op === 'PRelu') {
      add(1, 'slope');
    } else if (op === 'Add' || op === 'Mul' || op === 'Concat') {
      this.#visitJoin(node, sources, add);
    }
  }

  #visitJoin(
    node: Node,
    sources: (index: number) => string[],
    add: (index: number, role: Role, fanIn?: number) => void,
  ): void {
    const partner = node.inputs.find((input) => this.#learned.has(input));
    if (partner === undefined || this.#isMask(node, partner)) return;
    node.inputs.forEach((input, index) => {
      const tensors = sources(index).filter(
        (tensor) => (this.#program.initializers.get(tensor)?.data.length ?? 0) > 1,
      );
      if (tensors.length === 0) return;
      const vector =
        tensors.length === 1 && (this.#constants.shape(input)?.filter((size) => size > 1).length ?? 2) <= 1;
      if (node.op === 'Mul') add(index, 'scale');
      else if (node.op === 'Concat' || !vector) add(index, 'embedding');
      else if (this.#awaitingBias.has(partner)) add(index, 'bias', this.#awaitingBias.get(partner));
      else add(index, 'shift');
    });
  }

  /** What is added to attention scores hides tokens and is not learned; a classifier's bias is. */
  #isMask(node: Node, partner: string): boolean {
    return node.outputs.some((output) => this.#masked.has(output)) && !this.#awaitingBias.has(partner);
  }

  #markLearned(node: Node): void {
    for (const output of node.outputs) this.#learned.add(output);
  }
}

function fanInOf(node: Node, side: number, shape: readonly number[] | undefined): number | undefined {
  if (shape === undefined) return undefined;
  if (CONVOLUTIONS.has(node.op)) return shape.slice(1).reduce((product, size) => product * size, 1);
  const transposed = intAttribute(node, side === 1 ? 'transB' : 'transA', 0) === 1;
  const last = (side === 0) !== transposed;
  return shape.length === 1 || last ? shape.at(-1) : shape.at(-2);
}
