import { float32, float64, int64, type DType, type NdArray } from '@oblique/arrays';
import type { Attributes, Dim, Node, Program, Value } from './program.js';
import { innerNames, usesOf } from './subgraphs.js';

/** Operator set of programs that Oblique writes itself; `upgradeOpset` lifts others to at least this. */
export const OPSET = 18;

export interface ProgramOptions {
  /** Version of ONNX's own operator set; default: {@link OPSET}. */
  readonly opset?: number;
  readonly domains?: ReadonlyMap<string, number>;
}

export interface NodeOptions {
  /** Name of the node; default: made from the operator. */
  readonly name?: string;
  /** Names of the outputs, or how many there are; default: one, named after the node. */
  readonly outputs?: readonly string[] | number;
  /** Operator set of the operator; default: ONNX's own. */
  readonly domain?: string;
}

/**
 * Builds a program node by node; what is added first runs first. Every method that adds a tensor returns its name,
 * so that a formula reads inside out: `b.op('Mul', [b.op('Cos', [x]), contrast])`.
 */
export class ProgramBuilder {
  readonly opset: number;
  readonly #name: string;
  readonly #domains: ReadonlyMap<string, number>;
  readonly #taken = new Set<string>(['']);
  readonly #reserved = new Set<string>();
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #initializers = new Map<string, NdArray>();
  readonly #scalars = new Map<string, string>();
  readonly #nodes: Node[] = [];
  readonly #metadata = new Map<string, string>();

  constructor(name: string, options: ProgramOptions = {}) {
    this.#name = name;
    this.opset = options.opset ?? OPSET;
    this.#domains = options.domains ?? new Map();
  }

  /**
   * A builder that goes on where `program` ends: its inputs, nodes, initializers and metadata, but no outputs.
   * Fresh names avoid those that the nodes in `reserved` make, so that these can be added later.
   */
  static extending(
    program: Program,
    options: { readonly opset?: number; readonly reserved?: readonly Node[] } = {},
  ): ProgramBuilder {
    const builder = new ProgramBuilder(program.name, {
      opset: options.opset ?? program.opset,
      domains: program.domains,
    });
    builder.reserve(options.reserved ?? []);
    for (const value of program.inputs) builder.#inputs.push({ ...value, name: builder.#take(value.name) });
    for (const [name, value] of program.initializers) builder.define(name, value);
    for (const node of program.nodes) builder.push(node);
    for (const [key, value] of program.metadata) builder.#metadata.set(key, value);
    return builder;
  }

  /** Makes fresh names avoid those that these nodes make, so that they can be added later. */
  reserve(nodes: readonly Node[]): void {
    for (const node of nodes)
      for (const name of [...node.outputs, ...innerNames(node)]) this.#reserved.add(name);
  }

  /** Adds an input of the program. */
  input(name: string, dtype: DType, shape: readonly Dim[] | undefined): string {
    this.#inputs.push({ name: this.#take(name), dtype, shape });
    return name;
  }

  /** Adds a tensor known beforehand, such as a weight. The name is made unique. */
  initializer(name: string, value: NdArray): string {
    const unique = this.fresh(name);
    this.define(unique, value);
    return unique;
  }

  /** Adds a tensor known beforehand under exactly this name. */
  define(name: string, value: NdArray): void {
    this.#initializers.set(this.#take(name), value);
  }

  /** A scalar; the same number is stored once. */
  scalar(value: number, dtype: 'float32' | 'float64' = 'float32'): string {
    const data = dtype === 'float64' ? float64([], [value]) : float32([], [value]);
    return this.#shared(`${dtype}_${String(value)}`, data);
  }

  /** An int64 vector, for shapes and axes; the same vector is stored once. */
  ints(values: readonly number[]): string {
    return this.#shared(`ints_${values.join('_')}`, int64([values.length], values));
  }

  /** Adds a node with one output and returns that output's name. */
  op(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    options: Omit<NodeOptions, 'outputs'> & { readonly output?: string } = {},
  ): string {
    const { output, ...rest } = options;
    return this.node(op, inputs, attributes, output === undefined ? rest : { ...rest, outputs: [output] })[0];
  }

  /** Adds a node and returns the names of its outputs. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): [string, ...string[]] {
    const count = typeof options.outputs === 'number' ? options.outputs : 1;
    const base = options.name ?? op.toLowerCase();
    const names =
      typeof options.outputs === 'object'
        ? options.outputs
        : Array.from({ length: count }, (_, index) => this.fresh(index === 0 ? base : `${base}_${index}`));
    const [first, ...others] = names;
    if (first === undefined) throw new RangeError(`Node ${base} (${op}) needs at least one output.`);
    this.push({
      name: options.name ?? first,
      op,
      domain: options.domain ?? '',
      inputs: [...inputs],
      outputs: names,
      attributes,
    });
    return [first, ...others];
  }

  /** Adds a node as it is. */
  push(node: Node): void {
    for (const output of node.outputs) if (output !== '') this.#take(output);
    this.#nodes.push(node);
  }

  /** Declares a tensor as an output of the program. */
  output(name: string, dtype: DType = 'float32', shape?: readonly Dim[]): void {
    this.#outputs.push({ name, dtype, shape });
  }

  /** Sets a free key-value pair. */
  metadata(key: string, value: string): void {
    this.#metadata.set(key, value);
  }

  /** A name that no tensor has yet, made from `base`. */
  fresh(base: string): string {
    for (let index = 0; ; index++) {
      const name = index === 0 ? base : `${base}_${index}`;
      if (!this.#taken.has(name) && !this.#reserved.has(name)) return name;
    }
  }

  /**
   * The program so far.
   * @throws Error where a node or output uses a tensor that nothing before it makes.
   */
  build(): Program {
    const known = new Set<string>([
      '',
      ...this.#inputs.map((value) => value.name),
      ...this.#initializers.keys(),
    ]);
    for (const node of this.#nodes) {
      for (const input of usesOf(node)) {
        if (!known.has(input))
          throw new Error(`Node ${node.name} (${node.op}) uses ${input}, which nothing before it makes.`);
      }
      for (const output of node.outputs) known.add(output);
    }
    for (const { name } of this.#outputs) {
      if (!known.has(name)) throw new Error(`Output ${name} is made by no node of ${this.#name}.`);
    }
    return {
      name: this.#name,
      opset: this.opset,
      domains: this.#domains,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      initializers: new Map(this.#initializers),
      nodes: [...this.#nodes],
      metadata: new Map(this.#metadata),
    };
  }

  #shared(key: string, value: NdArray): string {
    const known = this.#scalars.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(key, value);
    this.#scalars.set(key, name);
    return name;
  }

  #take(name: string): string {
    if (this.#taken.has(name)) throw new Error(`Two tensors are named ${name || "''"}.`);
    this.#taken.add(name);
    return name;
  }
}
