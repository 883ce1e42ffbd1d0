import { float32, int64, type NdArray } from '@oblique/arrays';
import { OPSET, ProgramBuilder } from './programBuilder.js';
import {
  floatAttribute,
  int,
  intAttribute,
  intsAttribute,
  type Attributes,
  type Node,
  type Program,
} from './program.js';

/** The oldest operator set that is understood: since it, BatchNormalization and broadcasting mean what they mean now. */
export const OLDEST_OPSET = 9;

const REDUCTIONS = new Set([
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean'],
  ...['ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'],
]);

/**
 * The same program in operator set {@link OPSET} or newer, with one way of saying each thing: axes, bounds and pads as
 * inputs, constants as initializers, inference-mode Dropout as Identity. Sets newer than {@link OPSET} stay: what
 * Oblique emits means the same in them.
 *
 * @throws RangeError where the set is older than {@link OLDEST_OPSET}.
 */
export function upgradeOpset(program: Program): Program {
  if (program.opset < OLDEST_OPSET) {
    throw new RangeError(
      `The program is in operator set ${program.opset}; sets from ${OLDEST_OPSET} on are understood. Export it anew with opset 13 or later.`,
    );
  }
  const builder = ProgramBuilder.extending(
    { ...program, nodes: [] },
    { opset: Math.max(program.opset, OPSET), reserved: program.nodes },
  );
  for (const node of program.nodes) upgradeNode(builder, node, program);
  for (const output of program.outputs) builder.output(output.name, output.dtype, output.shape);
  return builder.build();
}

function upgradeNode(b: ProgramBuilder, node: Node, { opset }: Program): void {
  const constant = node.op === 'Constant' && node.domain === '' ? constantValue(node) : undefined;
  const [output] = node.outputs;
  if (constant !== undefined && output !== undefined) {
    b.define(output, constant);
    return;
  }
  if (node.domain !== '') {
    b.push(node);
    return;
  }
  const axes = intsAttribute(node, 'axes');
  if (REDUCTIONS.has(node.op) || ((node.op === 'Squeeze' || node.op === 'Unsqueeze') && opset < 13)) {
    b.push(axes === undefined ? node : withInputs(node, [node.inputs[0] ?? '', b.ints(axes)], ['axes']));
  } else if (node.op === 'Split' && opset < OPSET) {
    const sizes = intsAttribute(node, 'split');
    if (sizes !== undefined) b.push(withInputs(node, [node.inputs[0] ?? '', b.ints(sizes)], ['split']));
    else if ((node.inputs[1] ?? '') !== '') b.push(node);
    else b.push({ ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } });
  } else if (node.op === 'Clip' && opset < 11) {
    const bounds = [
      floatAttribute(node, 'min', -3.4028234663852886e38),
      floatAttribute(node, 'max', 3.4028234663852886e38),
    ];
    b.push(
      withInputs(node, [node.inputs[0] ?? '', ...bounds.map((bound) => b.scalar(bound))], ['min', 'max']),
    );
  } else if (node.op === 'Pad' && opset < 11) {
    const pads = b.ints(intsAttribute(node, 'pads') ?? []);
    b.push(
      withInputs(
        node,
        [node.inputs[0] ?? '', pads, b.scalar(floatAttribute(node, 'value', 0))],
        ['pads', 'value'],
      ),
    );
  } else if (node.op === 'Slice' && opset < 10) {
    const starts = intsAttribute(node, 'starts') ?? [];
    const lists = [starts, intsAttribute(node, 'ends') ?? [], axes ?? starts.map((_, axis) => axis)];
    b.push(
      withInputs(
        node,
        [node.inputs[0] ?? '', ...lists.map((list) => b.ints(list))],
        ['starts', 'ends', 'axes'],
      ),
    );
  } else if ((node.op === 'Softmax' || node.op === 'LogSoftmax') && opset < 13) {
    upgradeSoftmax(b, node);
  } else if (node.op === 'Dropout' && (node.inputs[2] ?? '') === '') {
    b.push({
      ...node,
      op: 'Identity',
      inputs: [node.inputs[0] ?? ''],
      outputs: [output ?? ''],
      attributes: {},
    });
  } else {
    b.push(node);
  }
}

/** Before set 13, Softmax ran over all axes from `axis` on, flattened into one. */
function upgradeSoftmax(b: ProgramBuilder, node: Node): void {
  const axis = intAttribute(node, 'axis', 1);
  if (axis === -1) {
    b.push(node);
    return;
  }
  const [x] = node.inputs;
  const shape = b.op('Shape', [x ?? ''], {}, { name: `${node.name}/shape` });
  const flat = b.op('Flatten', [x ?? ''], { axis: int(axis) }, { name: `${node.name}/flat` });
  const soft = b.op(node.op, [flat], { axis: int(1) }, { name: `${node.name}/soft` });
  b.push({ ...node, op: 'Reshape', inputs: [soft, shape], attributes: {} });
}

function withInputs(node: Node, inputs: readonly string[], dropped: readonly string[]): Node {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => !dropped.includes(name)),
  );
  return { ...node, inputs, attributes };
}

function constantValue(node: Node): NdArray | undefined {
  const [attribute] = Object.values(node.attributes);
  switch (attribute?.type) {
    case 'tensor':
      return attribute.value;
    case 'int':
      return int64([], [attribute.value]);
    case 'ints':
      return int64([attribute.value.length], attribute.value);
    case 'float':
      return float32([], [attribute.value]);
    case 'floats':
      return float32([attribute.value.length], attribute.value);
    default:
      return undefined;
  }
}
