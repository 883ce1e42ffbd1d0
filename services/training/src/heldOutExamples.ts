import { toNumbers, type NdArray } from '@oblique/arrays';
import { compose, initializersAsInputs, writeProgram, type Program } from '@oblique/onnx';
import type { ProgramHandle, Runtime } from '@oblique/runtime';
import type { TrainingBatch, TrainingData } from './trainingData.js';

/** Tells how well the weights of a step do on examples that were kept out of training. */
export class HeldOutExamples {
  readonly #runtime: Runtime;
  readonly #data: TrainingData;
  readonly #program: ProgramHandle;
  readonly #inputs: readonly string[];
  readonly #output: string;

  constructor(runtime: Runtime, data: TrainingData, network: Program, weights: readonly string[]) {
    const [input] = network.inputs;
    const front = data.front(network);
    const [image] = front?.outputs ?? [];
    const whole =
      front === undefined || input === undefined || image === undefined
        ? network
        : compose(front, network, { [input.name]: image.name });
    const program = initializersAsInputs(whole, weights);
    this.#runtime = runtime;
    this.#data = data;
    this.#program = runtime.load(writeProgram(program));
    this.#inputs = whole.inputs.map(({ name }) => name);
    this.#output = whole.outputs[0]?.name ?? '';
  }

  /** The share of them whose largest answer is their label's; NaN where there are none. */
  async accuracy(weights: ReadonlyMap<string, NdArray>): Promise<number> {
    let right = 0;
    let count = 0;
    for await (const batch of this.#data.heldOut()) {
      const outputs = await this.#runtime.run(this.#program, {
        ...Object.fromEntries(weights),
        ...this.#feeds(batch),
      });
      const answers = outputs[this.#output];
      const { label, weight } = batch;
      if (answers === undefined || label === undefined || weight === undefined) continue;
      const [scores, counts] = [toNumbers(answers), toNumbers(weight)];
      const classes = this.#data.classes;
      toNumbers(label).forEach((own, example) => {
        if (counts[example] === 0) return;
        const row = scores.subarray(example * classes, (example + 1) * classes);
        if (row.indexOf(Math.max(...row)) === own) right += 1;
        count += 1;
      });
    }
    return right / count;
  }

  /** The arrays that make the network's input, under the program's names. */
  #feeds(batch: TrainingBatch): Record<string, NdArray> {
    const arrays = Object.keys(this.#data.shapes(1)).flatMap((name) => batch[name] ?? []);
    return Object.fromEntries(
      this.#inputs.flatMap((name, index) => {
        const array = arrays[index];
        return array === undefined ? [] : [[name, array] as const];
      }),
    );
  }
}
