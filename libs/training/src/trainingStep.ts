import { isDType, zeros, type NdArray } from '@oblique/arrays';
import { gradient, gradientName } from '@oblique/autodiff';
import { imageInput, liftConstants, parametersOf, type Role } from '@oblique/networks';
import {
  compose,
  inFloat64,
  inferShapes,
  initializersAsInputs,
  ProgramBuilder,
  prune,
  renameTensors,
  withInputShapes,
  withOutputs,
  type Program,
  type Shape,
} from '@oblique/onnx';
import { inElementType } from './elementType.js';
import { evaluationMode } from './evaluationMode.js';
import type { Loss } from './loss.js';
import { clipped, type Optimiser, type Precision } from './optimiser.js';
import { batchInput, GRADIENT_NORM, LEARNING_RATE, LOSS, nextName } from './tensorNames.js';
import { trainingMode, type TrainingMode } from './trainingMode.js';

export interface TrainingStepOptions {
  readonly loss: Loss;
  readonly optimiser: Optimiser;
  /**
   * Shapes of the batch's arrays that make the network's input, batch axis included, by name: `image` without a front,
   * the inputs of the front by their names with one.
   */
  readonly batch: Readonly<Record<string, Shape>>;
  /**
   * A program whose first output makes the network's input from the batch, e.g. its preprocessing, or a stimulus
   * program followed by it. Nothing in it is trained.
   */
  readonly front?: Program;
  /**
   * In float64, state and batch are float64 too, and steps take several times as long; for seeing what is rounding.
   * Default: float32.
   */
  readonly precision?: Precision;
}

/** A training as one program: parameters, state and a batch in, the new ones and the loss out. */
export interface TrainingStep {
  /**
   * Inputs: the tensors of {@link initial} by name, `batch/<name>` for each name in {@link takes},
   * `step/learning_rate`, and where needed `step/index` and `step/random_key`. Outputs: `next/<name>` for each tensor of
   * {@link initial}, `loss`, and the {@link metrics}.
   */
  readonly program: Program;
  /** The network in evaluation mode, with its metadata and its weights at the start. */
  readonly network: Program;
  /** Names of the tensors that are trained. */
  readonly parameters: readonly string[];
  /** Arrays of a batch, by name. */
  readonly takes: readonly string[];
  /** Numbers that a step gives besides the loss, by name. */
  readonly metrics: readonly string[];
  /** Parameters, running statistics and the optimiser's state as they are at the start. */
  readonly initial: ReadonlyMap<string, NdArray>;
}

const STATISTICS: ReadonlySet<Role> = new Set(['mean', 'variance']);

/**
 * The training of any ONNX network as one program. Its learned tensors (see `parametersOf`) are trained, running means
 * and variances follow the batches. The loss is that of the network's first output; where the loss takes logits, a
 * Softmax that ends the network is left out.
 * @throws RangeError where there is nothing to train, a learned tensor is not float32, or a shape does not fit.
 * @throws NoFloat64Error where it cannot be trained in float64.
 * @throws UnsupportedOperatorError where the network has an operator that cannot be differentiated.
 */
export function trainingStep(network: Program, options: TrainingStepOptions): TrainingStep {
  const { loss, optimiser, precision = 'float32' } = options;
  const evaluated = evaluationMode(liftConstants(network));
  const prediction = predictionOf(evaluated, loss.ofLogits);
  const predicting = withOutputs(evaluated, [prediction]);
  const parameters = parametersOf(predicting)
    .filter(({ role }) => !STATISTICS.has(role))
    .map(({ tensor }) => tensor);
  if (parameters.length === 0) throw new RangeError(`The network ${network.name} has nothing to train.`);

  const { program, runningStatistics } = withBatch(predicting, options);
  const inputs = [...parameters, ...runningStatistics.keys()];
  const initial = new Map(inputs.map((name) => [name, inElementType(trainable(evaluated, name), precision)]));
  const opened = initializersAsInputs(program, inputs);

  const b = ProgramBuilder.extending(opened);
  const built = loss.build(b, prediction, knownShape(opened, prediction));
  b.output(built.loss, 'float32', []);
  for (const metric of Object.values(built.metrics)) b.output(metric, 'float32', []);
  for (const next of runningStatistics.values()) b.output(next);
  const forward = precision === 'float64' ? inFloat64(b.build()) : b.build();
  const differentiated = gradient(forward, { loss: built.loss, wrt: parameters });

  const updated = withUpdates(differentiated, parameters, optimiser, precision, initial);
  const outputs = new Map([
    [built.loss, LOSS],
    ...Object.entries(built.metrics).map(([name, tensor]) => [tensor, name] as const),
    ...[...runningStatistics].map(([name, tensor]) => [tensor, nextName(name)] as const),
    ...updated.outputs,
  ]);
  const metrics = [
    ...Object.keys(built.metrics),
    ...(optimiser.clipGradientNorm === undefined ? [] : [GRADIENT_NORM]),
  ];
  return {
    program: withOutputsNamed(updated.program, outputs),
    network: evaluated,
    parameters,
    takes: [...Object.keys(options.batch), ...loss.takes],
    metrics,
    initial,
  };
}

/** The first output; before the Softmax that makes it where logits are wanted. */
function predictionOf(network: Program, ofLogits: boolean): string {
  const output = network.outputs[0]?.name ?? '';
  const last = network.nodes.find(({ outputs }) => outputs.includes(output));
  return ofLogits && last?.op === 'Softmax' ? (last.inputs[0] ?? '') : output;
}

/** The initial value of a tensor of the state. */
function trainable(network: Program, name: string): NdArray {
  const value = network.initializers.get(name);
  if (value === undefined) throw new RangeError(`${network.name} has no weight named ${name}.`);
  if (isDType(value, 'float32')) return value;
  throw new RangeError(
    `${name} of ${network.name} is ${value.dtype}, and training takes float32. Export the network in float32.`,
  );
}

/** The network in training mode with inputs of fixed shapes under their names in the batch, behind its front. */
function withBatch(network: Program, { batch, front }: TrainingStepOptions): TrainingMode {
  const image = imageInput(network).name;
  const fed = (program: Program, inputs: Readonly<Record<string, string>>): Program =>
    renameTensors(program, (name) => inputs[name] ?? name);
  if (front === undefined) {
    const { image: shape, ...others } = batch;
    if (shape === undefined || Object.keys(others).length > 0) {
      throw new RangeError(`Without a front, the batch is an image, not ${Object.keys(batch).join(', ')}.`);
    }
    return trainingMode(fed(withInputShapes(network, { [image]: shape }), { [image]: batchInput('image') }));
  }
  const names = Object.fromEntries(front.inputs.map(({ name }) => [name, batchInput(name)]));
  const fixed = fed(withInputShapes(front, batch), names);
  const output = fixed.outputs[0]?.name ?? '';
  const mode = trainingMode(withInputShapes(network, { [image]: knownShape(fixed, output) }));
  return { ...mode, program: compose(fixed, mode.program, { [image]: output }) };
}

function knownShape(program: Program, tensor: string): Shape {
  const shape = inferShapes(program).shapes.get(tensor);
  if (shape !== undefined) return shape;
  throw new RangeError(
    `The shape of ${tensor} does not follow from the shapes of the batch and of ${program.name}.`,
  );
}

/** Behind the gradients, the new values of parameters and of the optimiser's state, whose initial values are added. */
function withUpdates(
  program: Program,
  parameters: readonly string[],
  optimiser: Optimiser,
  precision: Precision,
  initial: Map<string, NdArray>,
): { readonly program: Program; readonly outputs: readonly (readonly [tensor: string, name: string])[] } {
  const b = ProgramBuilder.extending(program);
  const outputs: (readonly [string, string])[] = [];
  let gradients: readonly string[] = parameters.map(gradientName);
  if (optimiser.clipGradientNorm !== undefined) {
    const { norm, gradients: scaled } = clipped(b, gradients, optimiser.clipGradientNorm, precision);
    outputs.push([norm, GRADIENT_NORM]);
    gradients = scaled;
  }
  const update = optimiser.build(b, b.input(LEARNING_RATE, precision, []), precision);
  parameters.forEach((parameter, index) => {
    const shape = initial.get(parameter)?.shape ?? [];
    const state = optimiser.state.map((kind) => b.input(`${kind}/${parameter}`, precision, shape));
    for (const name of state) initial.set(name, zeros(precision, shape));
    const next = update({ parameter, state }, gradients[index] ?? '');
    outputs.push([next.parameter, nextName(parameter)]);
    state.forEach((name, place) => outputs.push([next.state[place] ?? '', nextName(name)]));
  });
  const kept = program.outputs.filter(({ name }) => !name.startsWith(gradientName('')));
  for (const { name, dtype, shape } of kept) b.output(name, dtype, shape);
  for (const [tensor] of outputs) b.output(tensor, precision);
  return { program: b.build(), outputs };
}

/** The program whose outputs are called by these names. */
function withOutputsNamed(program: Program, names: ReadonlyMap<string, string>): Program {
  return renameTensors(prune(program), (name) => names.get(name) ?? name);
}
