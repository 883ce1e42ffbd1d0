import { jvp, tangentName } from '@oblique/autodiff';
import {
  IMAGENET,
  preprocessingProgram,
  readPreprocessing,
  type Layer,
  type Preprocessing,
} from '@oblique/networks';
import {
  compose,
  foldBatchNormalization,
  initializersAsInputs,
  renameTensors,
  upgradeOpset,
  widenFloats,
  withFloat64Kernels,
  withOutputs,
  type Program,
} from '@oblique/onnx';
import {
  compileStimulus,
  findFamily,
  findParameter,
  type InputEncoding,
  type StimulusOptions,
} from '@oblique/stimuli';
import { centralDifference } from './centralDifference.js';
import { checkImageSize, networkInput } from './networkInput.js';
import { SensitivityError } from './sensitivityError.js';
import { layerBatches } from './layerBatches.js';
import { sumOfSquares } from './sumOfSquares.js';

export interface SensitivityProgramOptions {
  readonly network: Program;
  readonly stimulus: StimulusOptions & { readonly input: InputEncoding };
  /** Parameter of the stimulus that is differentiated, by its name for people. */
  readonly variable: string;
  readonly layers: readonly Layer[];
  /** What network and tangents are computed in; default: float32. */
  readonly precision?: Precision;
  /** Default: exact. */
  readonly derivative?: Derivative;
  /**
   * Weights of the network that become inputs, so that the program serves for other values of them: normalisation is
   * then not folded, and named as {@link networkTensor} names them. Those that the layers do not depend on are left out.
   * Of float32 only.
   */
  readonly weightInputs?: readonly string[];
  /**
   * The program runs one stimulus at a time, so all of a tensor belongs to it, whatever its axes are. Default: false, and
   * each layer keeps the stimuli of a batch apart.
   */
  readonly oneStimulus?: boolean;
}

/**
 * float32 is what networks run in: units within its rounding of a kink may fall on the other side. float64 is many times
 * slower, and exact to about 1e-12.
 */
export type Precision = 'float32' | 'float64';

/**
 * How activations are differentiated: exactly, or as the authors' code does it, by what they change between the variable
 * plus and minus `step`, which is given in the variable's derivative unit: radians for angles, of hue too.
 */
export type Derivative =
  { readonly kind: 'exact' } | { readonly kind: 'centralDifference'; readonly step: number };

/**
 * The name of a network's tensor in the sensitivity program: networks name theirs as they like, the stimulus's parameters
 * and what is added to the program among it.
 */
export const networkTensor = (name: string): string => `network/${name}`;

/** The name of the output that holds D of the layer at this index. */
export const layerOutput = (index: number): string => `D/${index}`;

/**
 * D(y; v) = Σᵢ (∂yᵢ/∂v)² of every layer as one program (eq. 1): the squared norm of one Jacobian-vector product of
 * network ∘ preprocessing ∘ stimulus, or of its central difference. Inputs: the stimulus's, float64 [N] each, and the
 * variable's tangent, float64 [N] (ones). Outputs: `D/<index of the layer>`, float64 [N], per derivative unit squared.
 *
 * @throws StimulusError, SensitivityError, UnsupportedOperatorError before anything runs.
 */
export function sensitivityProgram(options: SensitivityProgramOptions): Program {
  const { layers, precision = 'float32', derivative = { kind: 'exact' }, weightInputs = [] } = options;
  const { whole, wrt, tensors, plain } = composedProgram(options);
  const batches =
    options.oneStimulus === true
      ? undefined
      : layerBatches(plain, networkInput(options.network), options.stimulus, layers);
  const tangents =
    derivative.kind === 'exact'
      ? jvp(whole, { wrt: [wrt], outputs: tensors.map(networkTensor) })
      : centralDifference(whole, {
          wrt,
          outputs: tensors.map(networkTensor),
          step: checkedStep(derivative.step),
        });
  const outputs = new Map(
    tensors.map((tensor) => [
      tangentName(networkTensor(tensor)),
      {
        output: layerOutput(layers.findIndex((layer) => layer.tensor === tensor)),
        ...(batches?.get(tensor) ?? {
          batch: 'whole' as const,
          rank: undefined,
        }),
      },
    ]),
  );
  const squares = sumOfSquares(tangents, outputs);
  const program = precision === 'float64' ? withFloat64Kernels(squares) : squares;
  return initializersAsInputs(
    program,
    weightInputs.map(networkTensor).filter((name) => program.initializers.has(name)),
  );
}

/** What is differentiated: network ∘ preprocessing ∘ stimulus, with respect to one input, at the layers' tensors. */
export interface Composed {
  readonly whole: Program;
  readonly wrt: string;
  /** Those of the layers, by the network's own names. */
  readonly tensors: readonly string[];
  /** The network in a current operator set, by its own names. */
  readonly plain: Program;
  /** The part of `whole` that is the network; its tensors have the names of {@link networkTensor}. */
  readonly network: Program;
}

/** @throws StimulusError, SensitivityError where they do not fit together. */
export function composedProgram({
  network,
  stimulus,
  variable,
  layers,
  precision = 'float32',
  weightInputs = [],
}: SensitivityProgramOptions): Composed {
  const wrt = findParameter(findFamily(familyName(stimulus)), variable).programInput;
  const input = networkInput(network);
  checkImageSize(input, stimulus.widthPixels, stimulus.heightPixels);
  const tensors = [...new Set(layers.map(({ tensor }) => tensor))];
  const plain = withOutputs(upgradeOpset(network), tensors);
  const back = renameTensors(computable(plain, precision, weightInputs), networkTensor);
  const image = encodedStimulus(stimulus, network, precision);
  const whole = compose(image, back, { [networkTensor(input.name)]: image.outputs[0]?.name ?? '' });
  return { whole, wrt, tensors, plain, network: back };
}

/** @throws SensitivityError where it is no step. */
function checkedStep(step: number): number {
  if (Number.isFinite(step) && step > 0) return step;
  throw new SensitivityError(
    'derivative',
    `A central difference needs a step above 0 in the variable's derivative unit (radians for angles), not ${step}.`,
  );
}

/** The network as it is differentiated. */
function computable(network: Program, precision: Precision, weightInputs: readonly string[]): Program {
  if (weightInputs.length === 0)
    // Folding rounds weights to float32.
    return precision === 'float64' ? widenFloats(network) : foldBatchNormalization(network);
  if (precision === 'float32') return network;
  throw new RangeError('Weights become inputs in float32 only.');
}

/** The stimulus as it is fed to the network. */
function encodedStimulus(
  stimulus: SensitivityProgramOptions['stimulus'],
  network: Program,
  dtype: Precision,
): Program {
  const image = compileStimulus({ ...stimulus, dtype });
  const preprocessing = preprocessingOf(stimulus.input, network);
  return preprocessing === undefined
    ? image
    : compose(image, preprocessingProgram(preprocessing, dtype), {
        image: 'image',
      });
}

function preprocessingOf(input: InputEncoding, network: Program): Preprocessing | undefined {
  if (input === 'direct') return undefined;
  if (input === 'imagenet') return IMAGENET;
  const own = readPreprocessing(network);
  if (own !== undefined) return own;
  throw new SensitivityError(
    'input',
    `${network.name} declares no preprocessing, so input "model" means nothing for it. Add it with its channel order, scale, mean and std, or use input direct or imagenet.`,
  );
}

function familyName({ family }: StimulusOptions): string {
  return typeof family === 'string' ? family : family.name;
}
