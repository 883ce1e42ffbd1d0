import type { Program } from '@oblique/onnx';
import type { Layer } from './layer.js';
import { displayName, uniqueNames } from './layerNames.js';
import { spineOf, type Vertebra } from './spine.js';

/** Operators that change no value and drop none. */
const REARRANGING = [
  'Cast',
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  'DepthToSpace',
  'SpaceToDepth',
];

/** Operators that belong to the layer before them: element by element, normalising or rearranging. */
const FOLLOWING = new Set([
  ...REARRANGING,
  ...[
    'Abs',
    'Add',
    'Div',
    'Exp',
    'Expand',
    'Log',
    'Max',
    'Min',
    'Mul',
    'Neg',
    'Pad',
    'Pow',
    'Reciprocal',
    'Sqrt',
    'Sub',
    'Where',
  ],
  ...[
    'BatchNormalization',
    'GroupNormalization',
    'InstanceNormalization',
    'LayerNormalization',
    'LpNormalization',
    'LRN',
  ],
  ...[
    'Celu',
    'Clip',
    'Elu',
    'Erf',
    'Gelu',
    'HardSigmoid',
    'HardSwish',
    'LeakyRelu',
    'Mish',
    'PRelu',
    'Relu',
    'Selu',
  ],
  ...[
    'Shrink',
    'Sigmoid',
    'Softplus',
    'Softsign',
    'Swish',
    'Tanh',
    'ThresholdedRelu',
    'BiasGelu',
    'FastGelu',
    'QuickGelu',
  ],
  ...['Concat', 'Sum', 'Mean', 'Sin', 'Cos'],
]);

/** Operators that make a layer alone, but not as a part of a composition such as a decomposed LayerNormalization. */
const SUMMARISING = new Set([
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
  ],
  ...[
    'ReduceSum',
    'ReduceSumSquare',
    'Softmax',
    'LogSoftmax',
    'Gather',
    'GatherElements',
    'GatherND',
    'Slice',
    'Split',
  ],
]);

/**
 * The layers that a network's structure shows. Along its spine, a layer begins with a linear or pooling operator or
 * where branches that hold one join (a residual or inception block), and takes in the element-wise, normalising
 * and rearranging operators behind it. It is represented by its last tensor, or by an output that the file declares
 * and that has the same values.
 */
export function findLayers(program: Program): Layer[] {
  const outputs = new Set(program.outputs.map(({ name }) => name));
  const runs: Vertebra[][] = [];
  for (const vertebra of spineOf(program)) {
    if (begins(vertebra, runs.length > 0)) runs.push([vertebra]);
    else runs.at(-1)?.push(vertebra);
  }
  const chosen = runs.map((run) => representative(run, outputs));
  const names = uniqueNames(
    chosen.map(({ tensor, node }) => (outputs.has(tensor) ? tensor : displayName(tensor, node))),
  );
  return chosen.map(({ tensor, node }, index) => ({
    name: names[index] ?? tensor,
    tensor,
    operator: node.op,
  }));
}

function begins({ node, between }: Vertebra, insideNetwork: boolean): boolean {
  const working = between.some(({ op }) => !FOLLOWING.has(op) && !SUMMARISING.has(op));
  return working || (insideNetwork && between.length === 1 && SUMMARISING.has(node.op));
}

function representative(run: readonly Vertebra[], outputs: ReadonlySet<string>): Vertebra {
  const last = run.findLastIndex(({ node, between }) => between.length > 1 || !REARRANGING.includes(node.op));
  const found = run.slice(Math.max(last, 0)).findLast(({ tensor }) => outputs.has(tensor)) ?? run.at(-1);
  if (found === undefined) throw new Error('A layer has at least one tensor.');
  return found;
}
