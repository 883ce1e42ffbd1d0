import { float32 } from '@oblique/arrays';
import { inferenceV2, servingV1 } from '@oblique/contracts';
import { buildNetwork } from '@oblique/networks';
import {
  float,
  int,
  ints,
  ProgramBuilder,
  string,
  writeProgram,
  type Attribute,
  type Attributes,
  type Node,
  type Program,
} from '@oblique/onnx';
import { tinyNetwork } from '../tinyNetwork.js';
import type { Draw } from './draw.js';
import type { FuzzedServices } from './fuzzedServices.js';
import { described, type Finding, type FuzzKind, type PreparedKind } from './fuzzKind.js';
import { isFault, RawClient, type Outcome } from './rawCalls.js';

const SERVING = servingV1.ServingServiceService;
const SIZE = 32;
const WHOLE = [0, 1, 2, 3, 7, 13, 22, -1, -2, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1];
const OPERATORS = [
  ['Relu'],
  ['LeakyRelu'],
  ['Sigmoid'],
  ['Softmax'],
  ['Flatten'],
  ['GlobalAveragePool'],
  ['MaxPool'],
  ['AveragePool'],
  ['LpPool'],
  ['ReduceMean'],
  ['ReduceL2'],
  ['Transpose'],
  ['Squeeze'],
  ['Shape'],
  ['Cast'],
  ['Identity'],
  ['Dropout'],
  ['Abs'],
  ['Sqrt'],
  ['Log'],
  ['TopK'],
  ['LRN'],
  ['DepthToSpace'],
  ['Round'],
  ['NonZero'],
  ['InstanceNormalization'],
  ['NoSuchOperator'],
].map(([op = '']) => op);

/** ONNX files with bytes, structure or attributes turned. */
export const modelsKind: FuzzKind = {
  name: 'models',
  prepare: async (services) => new Models(services),
};

class Models implements PreparedKind {
  readonly #client: RawClient;
  readonly #base: readonly Program[] = [
    plainNetwork(),
    buildNetwork('small_resnet', small()),
    buildNetwork('mlp', small()),
  ];
  readonly #bytes: readonly Uint8Array[] = [
    tinyNetwork(),
    ...this.#base.map((program) => writeProgram(program)),
  ];

  constructor(services: FuzzedServices) {
    this.#client = new RawClient(services.endpoint('serving'));
  }

  async run(draw: Draw): Promise<Finding | undefined> {
    const file = this.#file(draw);
    const finding = (path: string, outcome: Outcome): Finding | undefined =>
      isFault(outcome) ? { what: described(path, outcome), input: file, fileName: 'model.onnx' } : undefined;

    const header = servingV1.AddModelRequest_Header.fromPartial({
      // A few are registered, so that lists hold them.
      name: draw.chance(0.2) ? `model${draw.below(20)}` : '',
      replace: true,
      source: { $case: 'upload', value: { fileName: 'fuzzed.onnx' } },
    });
    const { encode } = servingV1.AddModelRequest;
    const added = await this.#client.call(SERVING.addModel, [
      encode({ part: { $case: 'header', value: header } }).finish(),
      encode({ part: { $case: 'chunk', value: Buffer.from(file) } }).finish(),
    ]);
    const [answer] = added.messages;
    if (answer === undefined) return finding('AddModel', added);
    const { model } = servingV1.AddModelResponse.decode(answer);
    const digest = model?.artifact?.digest ?? '';

    const describe = servingV1.DescribeModelRequest.encode({ model: digest, allTensors: true }).finish();
    const shown = await this.#client.call(SERVING.describeModel, [describe]);
    if (isFault(shown)) return finding('DescribeModel', shown);
    const measured = await this.#client.call(SERVING.measureSensitivity, [measure(digest, draw)]);
    if (isFault(measured)) return finding('MeasureSensitivity', measured);
    const inferred = await this.#client.call(inferenceV2.GRPCInferenceServiceService.modelInfer, [
      infer(digest),
    ]);
    if (isFault(inferred)) return finding('ModelInfer', inferred);
    if (!draw.chance(0.05)) return undefined;
    const listed = await this.#client.call(SERVING.listModels, [new Uint8Array()]);
    return listed.error === undefined && !listed.hung
      ? undefined
      : { what: described('ListModels', listed), input: file, fileName: 'model.onnx' };
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #file(draw: Draw): Uint8Array {
    if (draw.chance(0.35)) return draw.damaged(draw.pick(this.#bytes));
    let program = draw.pick(this.#base);
    for (let turns = 1 + draw.below(3); turns > 0; turns--) program = turned(program, draw);
    try {
      return writeProgram(program);
    } catch {
      // What cannot even be written is not sent.
      return draw.damaged(draw.pick(this.#bytes));
    }
  }
}

function small() {
  return { seed: 1, width: 0.05, inputSizePixels: SIZE, classes: 4 };
}

function plainNetwork(): Program {
  const b = new ProgramBuilder('plain');
  const image = b.input('input', 'float32', ['N', 3, SIZE, SIZE]);
  const weight = b.initializer(
    'weight',
    float32(
      [4, 3, 3, 3],
      Array.from({ length: 108 }, (_, index) => ((index * 31) % 17) / 17 - 0.5),
    ),
  );
  const conv = b.op('Conv', [image, weight], { pads: ints([1, 1, 1, 1]) }, { name: 'conv' });
  const pool = b.op('MaxPool', [b.op('Relu', [conv])], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
  const flat = b.op('Flatten', [b.op('GlobalAveragePool', [pool])], { axis: int(1) });
  b.op('Softmax', [flat], { axis: int(-1) }, { name: 'softmax', output: 'output' });
  b.output('output', 'float32', ['N', 4]);
  return b.build();
}

/** The program with one thing turned: an attribute, an operator, an edge, a shape, a type, or a node more or less. */
function turned(program: Program, draw: Draw): Program {
  const at = draw.below(program.nodes.length);
  const withNode = (change: (node: Node) => Node): Program => ({
    ...program,
    nodes: program.nodes.map((node, index) => (index === at ? change(node) : node)),
  });
  const names = program.nodes.flatMap(({ outputs }) => outputs);
  switch (draw.below(9)) {
    case 0:
      return withNode((node) => ({ ...node, attributes: turnedAttributes(node.attributes, draw) }));
    case 1:
      return withNode((node) => ({ ...node, op: draw.pick(OPERATORS) }));
    case 2:
      return withNode((node) => ({
        ...node,
        inputs: node.inputs.map((name) => (draw.chance(0.5) ? draw.pick([...names, '', 'nowhere']) : name)),
      }));
    case 3:
      return { ...program, nodes: program.nodes.filter((_, index) => index !== at) };
    case 4:
      return {
        ...program,
        nodes: draw.chance(0.5) ? program.nodes.toReversed() : [...program.nodes, ...program.nodes],
      };
    case 5:
      return {
        ...program,
        inputs: program.inputs.map((input) => ({
          ...input,
          dtype: draw.pick(['float32', 'float16', 'float64', 'uint8', 'int64', 'bool'] as const),
        })),
      };
    case 6: {
      const shape = draw.pick([
        undefined,
        [],
        ['N', 3, 'H', 'W'],
        [1, 3, SIZE, SIZE],
        ['N', 1, SIZE, SIZE],
        ['N', SIZE, SIZE, 3],
        ['N', 3, 2 ** 31 - 1, 2 ** 31 - 1],
        [2 ** 53, 3, 1, 1],
        [0, 3, SIZE, SIZE],
        [-5, 3, SIZE, SIZE],
      ]);
      return { ...program, inputs: program.inputs.map((input) => ({ ...input, shape })) };
    }
    case 7:
      return {
        ...program,
        opset: draw.pick([0, 1, 6, 7, 9, 10, 11, 12, 13, 16, 18, 20, 21, 22, 23, 99, 2 ** 31 - 1]),
      };
    default: {
      const name = draw.pick(['', 'a'.repeat(300), 'orientation_rad', 'ü,\n"', '*', 'sha256:x', 'input']);
      return withNode((node) => ({
        ...node,
        name,
        outputs: node.outputs.map((output, index) => (index === 0 ? name : output)),
      }));
    }
  }
}

function turnedAttributes(attributes: Attributes, draw: Draw): Attributes {
  const names = [
    ...Object.keys(attributes),
    'axis',
    'group',
    'auto_pad',
    'dilations',
    'pads',
    'mode',
    'ceil_mode',
  ];
  const several = (): number[] => Array.from({ length: draw.below(6) }, () => draw.pick(WHOLE));
  const value = draw.pick<() => Attribute>([
    () => int(draw.pick(WHOLE)),
    () => ints(several()),
    () => float(draw.pick([0, -1, NaN, Infinity, 1e38])),
    () => string(draw.pick(['', 'SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET', 'linear', 'cubic', 'odd'])),
  ]);
  return { ...attributes, [draw.pick(names)]: value() };
}

function measure(model: string, draw: Draw): Uint8Array {
  return servingV1.MeasureSensitivityRequest.encode(
    servingV1.MeasureSensitivityRequest.fromPartial({
      model,
      stimulus: {
        family: 'gabor',
        widthPixels: SIZE,
        heightPixels: SIZE,
        parameters: { frequency: 0.1, sigma: 5 },
      },
      variable: 'orientation',
      grid: [{ parameter: 'orientation', values: [0, 30] }],
      layers: [draw.pick(['auto', 'all', '*'])],
      precision: draw.pick([
        servingV1.Precision.PRECISION_UNSPECIFIED,
        servingV1.Precision.PRECISION_FLOAT32,
        servingV1.Precision.PRECISION_FLOAT64,
      ]),
    }),
  ).finish();
}

function infer(modelName: string): Uint8Array {
  const fp32Contents = new Array<number>(3 * SIZE * SIZE).fill(0.5);
  return inferenceV2.ModelInferRequest.encode(
    inferenceV2.ModelInferRequest.fromPartial({
      modelName,
      inputs: [
        {
          name: 'input',
          datatype: 'FP32',
          shape: ['1', '3', `${SIZE}`, `${SIZE}`],
          contents: { fp32Contents },
        },
      ],
    }),
  ).finish();
}
