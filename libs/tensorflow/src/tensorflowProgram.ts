import { float32, int64, isDType, ndarray, toNumbers, type DType, type NdArray } from '@oblique/arrays';
import {
  elementTypes,
  inferShapes,
  prune,
  upgradeOpset,
  type Inferred,
  type Node,
  type Program,
  type Shape,
} from '@oblique/onnx';
import type { KernelContext, Tensor, Tf } from './kernel.js';
import { KERNELS } from './kernels.js';

/** The program cannot run on TensorFlow.js; the message says which operators or types it lacks. */
export class NotOnTensorflowError extends Error {
  override readonly name = 'NotOnTensorflowError';
}

/** Types that TensorFlow.js has, or that it holds exactly in int32: labels and indices. */
const TYPES: ReadonlySet<DType> = new Set(['float32', 'int32', 'int64', 'bool']);

/**
 * An ONNX program run node by node on TensorFlow.js. Shapes and arithmetic on them are settled beforehand; weights stay
 * on the device.
 */
export class TensorflowProgram {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #inferred: Inferred;
  readonly #types: ReadonlyMap<string, DType>;
  readonly #weights: ReadonlyMap<string, Tensor>;
  /** For each node, the tensors that nothing needs after it. */
  readonly #spent: readonly (readonly string[])[];

  /**
   * @param program Its inputs have fixed shapes.
   * @throws NotOnTensorflowError where an operator or type is missing, before anything runs.
   */
  constructor(tf: Tf, program: Program) {
    const source = prune(upgradeOpset(program));
    this.#tf = tf;
    this.#inferred = inferShapes(source);
    this.#types = elementTypes(source);
    // What follows from shapes alone need not run.
    const nodes = source.nodes.filter(({ outputs }) =>
      outputs.some((output) => !this.#inferred.integers.has(output)),
    );
    this.#program = { ...source, nodes };
    this.#check();
    this.#weights = new Map(
      [...source.initializers]
        .filter(([name]) => !this.#inferred.integers.has(name))
        .map(([name, value]) => [name, tensorOf(tf, value)]),
    );
    const kept = new Set([
      ...source.inputs.map(({ name }) => name),
      ...source.outputs.map(({ name }) => name),
      ...source.initializers.keys(),
    ]);
    const seen = new Set<string>();
    this.#spent = nodes
      .toReversed()
      .map(({ inputs, outputs }) =>
        [...inputs, ...outputs].filter(
          (name) => name !== '' && !kept.has(name) && !seen.has(name) && seen.add(name),
        ),
      )
      .reverse();
  }

  /**
   * Runs the program.
   * @param feeds One array an input.
   * @throws RangeError where an input is missing, or an operator's form is not supported.
   */
  async run(
    feeds: Readonly<Record<string, NdArray>>,
    outputs: readonly string[] = this.#program.outputs.map(({ name }) => name),
  ): Promise<Record<string, NdArray>> {
    const results = this.#tf.tidy(() => this.#compute(feeds, outputs));
    const arrays = await Promise.all(
      Object.entries(results).map(async ([name, tensor]) => {
        const data = await tensor.data();
        return [name, arrayOf(data, tensor.shape, this.#types.get(name) ?? 'float32')] as const;
      }),
    );
    this.#tf.dispose(results);
    return Object.fromEntries(arrays);
  }

  /** Frees the weights. */
  dispose(): void {
    this.#tf.dispose([...this.#weights.values()]);
  }

  #compute(feeds: Readonly<Record<string, NdArray>>, outputs: readonly string[]): Record<string, Tensor> {
    const tf = this.#tf;
    const values = new Map(this.#weights);
    for (const { name } of this.#program.inputs) {
      const array = feeds[name];
      if (array === undefined) throw new RangeError(`Input ${name} of ${this.#program.name} is missing.`);
      values.set(name, tensorOf(tf, array));
    }
    const value = (name: string): Tensor => {
      const known = values.get(name);
      if (known !== undefined) return known;
      const made = tf.tensor([...(this.#inferred.integers.get(name) ?? [])], [...this.#shape(name)], 'int32');
      values.set(name, made);
      return made;
    };
    this.#program.nodes.forEach((node, index) => {
      const results = KERNELS[node.op]?.(this.#context(node, value)) ?? [];
      const inputs = new Set(node.inputs.map((input) => values.get(input)));
      node.outputs.forEach((output, place) => {
        const result = results[place];
        // A kernel that has nothing to do gives its input; as a tensor of its own, either can be freed without the other.
        if (output !== '' && result !== undefined)
          values.set(output, inputs.has(result) ? tf.clone(result) : result);
      });
      for (const name of this.#spent[index] ?? []) {
        values.get(name)?.dispose();
        values.delete(name);
      }
    });
    return Object.fromEntries(outputs.map((name) => [name, tf.clone(value(name))]));
  }

  #context(node: Node, value: (name: string) => Tensor): KernelContext {
    const name = (index: number): string => node.inputs[index] ?? '';
    return {
      tf: this.#tf,
      node,
      x: (index) => value(name(index)),
      has: (index) => name(index) !== '',
      integers: (index) => {
        const known = this.#inferred.integers.get(name(index));
        if (known !== undefined) return known;
        throw new NotOnTensorflowError(
          `${node.op} ${node.name} takes its sizes from data (${name(index)}), which TensorFlow.js programs cannot.`,
        );
      },
      shape: (index) => this.#shape(node.outputs[index] ?? ''),
    };
  }

  #shape(tensor: string): Shape {
    const shape = this.#inferred.shapes.get(tensor);
    if (shape !== undefined) return shape;
    throw new NotOnTensorflowError(
      `The shape of ${tensor} does not follow from the inputs of ${this.#program.name}; give them fixed shapes.`,
    );
  }

  #check(): void {
    const { nodes, name } = this.#program;
    const missing = new Set(
      nodes.filter(({ op, domain }) => domain !== '' || !(op in KERNELS)).map(({ op }) => op),
    );
    if (missing.size > 0) {
      throw new NotOnTensorflowError(
        `${name} uses ${[...missing].join(', ')}, which TensorFlow.js does not run here. Use ONNX Runtime.`,
      );
    }
    const types = nodes.flatMap(({ outputs }) =>
      outputs.map((output) => this.#types.get(output) ?? 'float32'),
    );
    const strange = new Set(types.filter((type) => !TYPES.has(type)));
    if (strange.size > 0) {
      throw new NotOnTensorflowError(
        `${name} computes in ${[...strange].join(', ')}, which TensorFlow.js does not have. Use ONNX Runtime.`,
      );
    }
  }
}

function tensorOf(tf: Tf, array: NdArray): Tensor {
  if (isDType(array, 'float32')) return tf.tensor(array.data, [...array.shape], 'float32');
  const whole = Int32Array.from(toNumbers(array));
  return tf.tensor(whole, [...array.shape], array.dtype === 'bool' ? 'bool' : 'int32');
}

function arrayOf(data: Float32Array | Int32Array | Uint8Array, shape: Shape, dtype: DType): NdArray {
  switch (dtype) {
    case 'int64':
      return int64([...shape], Array.from(data));
    case 'int32':
      return ndarray('int32', [...shape], Int32Array.from(data));
    case 'bool':
      return ndarray('bool', [...shape], Uint8Array.from(data));
    default:
      return float32([...shape], Float32Array.from(data));
  }
}
