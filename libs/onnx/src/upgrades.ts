import { float32, ndarray, type DType } from '@oblique/arrays';
import { COMPOSITIONS } from './compositions.js';
import type { Constant } from './constantFolding.js';
import { dataTypeCode } from './dataTypes.js';
import {
  floatAttribute,
  int,
  intAttribute,
  intsAttribute,
  string,
  stringAttribute,
  tensor,
  type Attributes,
  type Node,
} from './program.js';
import type { ProgramBuilder } from './programBuilder.js';

/** What is known of the program that is upgraded. */
export interface UpgradeContext {
  readonly opset: number;
  readonly types: ReadonlyMap<string, DType>;
  readonly constants: ReadonlyMap<string, Constant>;
}

/** How an operator of sets before `before` is said now; applied to every set where its form is still allowed. */
interface Change {
  readonly before: number;
  readonly upgrade: (b: ProgramBuilder, node: Node, context: UpgradeContext) => void;
}

const FLOATS: ReadonlySet<DType | undefined> = new Set<DType>(['float16', 'float32', 'float64']);
const LARGEST_FLOAT32 = 3.4028234663852886e38;

const at = (node: Node, index: number): string => node.inputs[index] ?? '';

/** The node with these inputs behind its first, and without the attributes that said the same. */
function withInputs(node: Node, inputs: readonly string[], dropped: readonly string[]): Node {
  return { ...node, inputs: [at(node, 0), ...inputs], attributes: without(node, dropped) };
}

function without({ attributes }: Node, dropped: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !dropped.includes(name)));
}

/** A scalar of the element type of the node's first input. */
function numberLike(b: ProgramBuilder, value: number, node: Node, { types }: UpgradeContext): string {
  const dtype = types.get(at(node, 0));
  if (dtype === 'float64') return b.scalar(value, dtype);
  return cast(b, b.scalar(value), 'float32', dtype ?? 'float32');
}

function cast(b: ProgramBuilder, from: string, is: DType | undefined, to: DType): string {
  return is === to ? from : b.op('Cast', [from], { to: int(dataTypeCode(to)) });
}

/** Sets 13 and 18 made axes an input. */
const axesAsInput = (before: number): Change => ({
  before,
  upgrade: (b, node) => {
    const axes = intsAttribute(node, 'axes');
    b.push(axes === undefined ? node : withInputs(node, [b.ints(axes)], ['axes']));
  },
});

const split: Change = {
  before: 18,
  upgrade: (b, node) => {
    const sizes = intsAttribute(node, 'split');
    if (sizes !== undefined) b.push(withInputs(node, [b.ints(sizes)], ['split']));
    else if (at(node, 1) !== '') b.push(node);
    else b.push({ ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } });
  },
};

const clip: Change = {
  before: 11,
  upgrade: (b, node, context) => {
    const bound = (name: string, otherwise: number): string => {
      const given = node.attributes[name];
      return given === undefined ? '' : numberLike(b, floatAttribute(node, name, otherwise), node, context);
    };
    b.push(withInputs(node, [bound('min', -LARGEST_FLOAT32), bound('max', LARGEST_FLOAT32)], ['min', 'max']));
  },
};

const pad: Change = {
  before: 11,
  upgrade: (b, node, context) => {
    const pads = b.ints(intsAttribute(node, 'pads') ?? []);
    const value = numberLike(b, floatAttribute(node, 'value', 0), node, context);
    b.push(withInputs(node, [pads, value], ['pads', 'value']));
  },
};

const slice: Change = {
  before: 10,
  upgrade: (b, node) => {
    const starts = intsAttribute(node, 'starts') ?? [];
    const axes = intsAttribute(node, 'axes') ?? [...starts.keys()];
    const lists = [starts, intsAttribute(node, 'ends') ?? [], axes];
    b.push(
      withInputs(
        node,
        lists.map((list) => b.ints(list)),
        ['starts', 'ends', 'axes'],
      ),
    );
  },
};

const topK: Change = {
  before: 10,
  upgrade: (b, node) => {
    b.push(withInputs(node, [b.ints([intAttribute(node, 'k', 1)])], ['k']));
  },
};

/** Before set 13, Softmax and its like ran over all axes from `axis` on, flattened into one. */
const flattened: Change = {
  before: 13,
  upgrade: (b, node) => {
    const axis = intAttribute(node, 'axis', 1);
    if (axis === -1) {
      b.push(node);
      return;
    }
    const shape = b.op('Shape', [at(node, 0)], {}, { name: `${node.name}/shape` });
    const flat = b.op('Flatten', [at(node, 0)], { axis: int(axis) }, { name: `${node.name}/flat` });
    const soft = b.op(node.op, [flat], { axis: int(1) }, { name: `${node.name}/soft` });
    b.push({ ...node, op: 'Reshape', inputs: [soft, shape], attributes: {} });
  },
};

/**
 * In inference Dropout hands its input on. What the mask holds then is said since set 12 only: true. ONNX Runtime fills
 * it with zeros before, and so does this.
 */
const dropout: Change = {
  before: Infinity,
  upgrade: (b, node, { opset, types, constants }) => {
    const training = at(node, 2) === '' ? 0n : constants.get(at(node, 2))?.values[0];
    if (training !== 0n) {
      b.push(node);
      return;
    }
    const [output = '', mask = ''] = node.outputs;
    if (output !== '')
      b.push({ ...node, op: 'Identity', inputs: [at(node, 0)], outputs: [output], attributes: {} });
    if (mask === '') return;
    const shape = b.op('Shape', [at(node, 0)], {}, { name: `${node.name}/shape` });
    const value = tensor(ndarray('bool', [1], Uint8Array.of(opset < 12 ? 0 : 1)));
    const filled = b.op('ConstantOfShape', [shape], { value }, { name: `${node.name}/filled` });
    const dtype = opset < 10 ? (types.get(at(node, 0)) ?? 'float32') : 'bool';
    b.op('Cast', [filled], { to: int(dataTypeCode(dtype)) }, { output: mask, name: `${node.name}/mask` });
  },
};

/** Before set 14, BatchNormalization took the statistics of the batch where its further outputs were asked for. */
const batchNormalization: Change = {
  before: 14,
  upgrade: (b, node) => {
    const training = node.outputs.slice(1).some((output) => output !== '');
    b.push(training ? { ...node, attributes: { ...node.attributes, training_mode: int(1) } } : node);
  },
};

/** Base and exponent in one type, which is what a derivative needs; the result has the type of the base. */
const pow: Change = {
  before: Infinity,
  upgrade: (b, node, { types }) => {
    const [base, exponent] = [types.get(at(node, 0)), types.get(at(node, 1))];
    if (base === undefined || exponent === undefined || base === exponent) {
      b.push(node);
    } else if (FLOATS.has(base)) {
      b.push({ ...node, inputs: [at(node, 0), cast(b, at(node, 1), exponent, base)] });
    } else if (FLOATS.has(exponent)) {
      const wide = b.op('Pow', [cast(b, at(node, 0), base, exponent), at(node, 1)]);
      b.push({ ...node, op: 'Cast', inputs: [wide], attributes: { to: int(dataTypeCode(base)) } });
    } else {
      b.push(node);
    }
  },
};

/**
 * Sets 9 and 10 sampled at x/scale. Of the nearest pixels they took the one before where an axis grows, and ONNX Runtime
 * the one behind where it shrinks, so an image that does both is resampled twice.
 */
function resampled(b: ProgramBuilder, node: Node, { constants }: UpgradeContext): void {
  const mode = stringAttribute(node, 'mode', 'nearest');
  const scales = at(node, 1);
  const resize = (from: string, by: string, nearest: string): Node => ({
    ...node,
    op: 'Resize',
    inputs: [from, '', by],
    attributes: {
      mode: string(mode),
      coordinate_transformation_mode: string('asymmetric'),
      ...(mode === 'nearest' && { nearest_mode: string(nearest) }),
    },
  });
  const values = constants.get(scales)?.values.map(Number);
  if (mode !== 'nearest' || node.op === 'Upsample' || values?.every((scale) => scale >= 1) === true) {
    b.push(resize(at(node, 0), scales, 'floor'));
  } else if (values === undefined) {
    throw new RangeError(
      `Resize ${node.name} has scales that are not known before the network runs, which operator set 10 leaves open; export it with opset 11 or later.`,
    );
  } else if (values.every((scale) => scale <= 1)) {
    b.push(resize(at(node, 0), scales, 'ceil'));
  } else {
    const only = (keep: (scale: number) => boolean): string =>
      b.initializer(
        `${node.name}/scales`,
        float32(
          [values.length],
          values.map((scale) => (keep(scale) ? scale : 1)),
        ),
      );
    const grown = resize(
      at(node, 0),
      only((scale) => scale > 1),
      'floor',
    );
    const larger = b.op('Resize', grown.inputs, grown.attributes, { name: `${node.name}/grown` });
    b.push(
      resize(
        larger,
        only((scale) => scale < 1),
        'ceil',
      ),
    );
  }
}

const resize: Change = {
  before: 13,
  upgrade: (b, node, context) => {
    const mode = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
    const nearest = stringAttribute(node, 'nearest_mode', 'round_prefer_floor');
    if (context.opset < 11) resampled(b, node, context);
    else if (mode !== 'tf_half_pixel_for_nn') b.push(node);
    else if (nearest === 'floor') {
      // floor((x + ½)/s) is (x + ½)/s − ½ rounded, halves up.
      const attributes = {
        ...node.attributes,
        coordinate_transformation_mode: string('half_pixel'),
        nearest_mode: string('round_prefer_ceil'),
      };
      b.push({ ...node, attributes });
    } else
      throw new RangeError(
        `Resize ${node.name} has the coordinates tf_half_pixel_for_nn, which newer operator sets know with nearest_mode floor only; export it with half_pixel.`,
      );
  },
};

/**
 * x̂ over each group of channels, as operators that have derivatives. Scale and shift are per group before set 21, per
 * channel since.
 */
const groupNormalization: Change = {
  before: Infinity,
  upgrade: (b, node, context) => {
    const { opset, types } = context;
    const part = (op: string, inputs: readonly string[], attributes: Attributes = {}): string =>
      b.op(op, inputs, attributes, { name: `${node.name}/${op.toLowerCase()}` });
    const [x, scale, shift] = [at(node, 0), at(node, 1), at(node, 2)];
    const dtype = types.get(x) ?? 'float32';
    const stash = opset >= 21 && dtype === 'float16' && intAttribute(node, 'stash_type', 1) === 1;
    const exact = stash ? cast(b, x, dtype, 'float32') : x;
    const epsilon = floatAttribute(node, 'epsilon', Math.fround(1e-5));
    const small = stash ? b.scalar(epsilon) : numberLike(b, epsilon, node, context);
    const groups = part('Reshape', [exact, b.ints([0, intAttribute(node, 'num_groups', 1), -1])]);
    const centred = part('Sub', [groups, part('ReduceMean', [groups, b.ints([2])])]);
    const variance = part('ReduceMean', [part('Mul', [centred, centred]), b.ints([2])]);
    const deviation = part('Sqrt', [part('Add', [variance, small])]);
    const quotient = part('Div', [centred, deviation]);
    const normalised = stash ? cast(b, quotient, 'float32', dtype) : quotient;
    const channels = part('Shape', [scale]);
    const rows =
      opset < 21
        ? normalised
        : part('Reshape', [
            normalised,
            part('Concat', [b.ints([0]), channels, b.ints([-1])], { axis: int(0) }),
          ]);
    const column = (vector: string): string => part('Reshape', [vector, b.ints([-1, 1])]);
    const scaled = part('Add', [part('Mul', [rows, column(scale)]), column(shift)]);
    b.push({ ...node, op: 'Reshape', inputs: [scaled, part('Shape', [x])], attributes: {} });
  },
};

const REDUCTIONS = [
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean'],
  ...['ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
];

/** For every operator that older sets say otherwise, how it is said now (ONNX's changelog of operators). */
export const UPGRADES: Readonly<Record<string, Change>> = {
  Constant: {
    before: Infinity,
    upgrade: (b, node) => {
      const { value } = node.attributes;
      if (value?.type === 'tensor') b.define(node.outputs[0] ?? '', value.value);
      else b.push(node);
    },
  },
  ...Object.fromEntries(REDUCTIONS.map((op) => [op, axesAsInput(18)])),
  ReduceSum: axesAsInput(13),
  Squeeze: axesAsInput(13),
  Unsqueeze: axesAsInput(13),
  Split: split,
  Clip: clip,
  Pad: pad,
  Slice: slice,
  TopK: topK,
  Softmax: flattened,
  LogSoftmax: flattened,
  Hardmax: flattened,
  Dropout: dropout,
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  ...Object.fromEntries(
    Object.entries(COMPOSITIONS).map(([op, upgrade]) => [op, { before: Infinity, upgrade }]),
  ),
  Pow: pow,
  Upsample: { before: 10, upgrade: resampled },
  Resize: resize,
  Scatter: {
    before: 11,
    upgrade: (b, node) => {
      b.push({ ...node, op: 'ScatterElements' });
    },
  },
  RoiAlign: {
    before: 16,
    upgrade: (b, node) => {
      const attributes = {
        coordinate_transformation_mode: string('output_half_pixel'),
        ...node.attributes,
      };
      b.push({ ...node, attributes });
    },
  },
};
