import { toNumbers } from '@oblique/arrays';
import {
  floatAttribute,
  inferShapes,
  ProgramBuilder,
  upgradeOpset,
  type Node,
  type Program,
  type Shape,
} from '@oblique/onnx';
import { batchNormalization } from './batchNormalization.js';
import { dropout } from './dropout.js';
import { RANDOM_KEY } from './tensorNames.js';

/** A network in training mode. */
export interface TrainingMode {
  /**
   * The network with batch statistics and Dropout that drops. Where there is any, it has one input more,
   * {@link RANDOM_KEY}: the same key, the same masks.
   */
  readonly program: Program;
  /** For each running statistic, the tensor of its new value, which is an output of the program. */
  readonly runningStatistics: ReadonlyMap<string, string>;
}

/**
 * Puts a network into training mode. Every BatchNormalization normalises by the statistics of the batch and updates the
 * running ones as PyTorch does: momentum 0.1, the unbiased variance. Every Dropout of ratio p sets elements to zero with
 * probability p and divides the rest by 1 − p.
 * @param network Its inputs have fixed shapes (see `withInputShapes`).
 * @throws RangeError where a shape does not follow from those of the inputs, a Dropout's ratio is not a constant in
 *   [0, 1), or a BatchNormalization has one value a channel, whose variance means nothing.
 */
export function trainingMode(network: Program): TrainingMode {
  const source = upgradeOpset(withDropoutKept(network));
  const { shapes } = inferShapes(source);
  const shapeOf = (node: Node): Shape => {
    const shape = shapes.get(node.inputs[0] ?? '');
    if (shape !== undefined) return shape;
    throw new RangeError(
      `The shape of the input of ${node.op} ${node.name} does not follow from the inputs of ${network.name}. Give every input a fixed shape, the batch included.`,
    );
  };
  const ratios = source.nodes.filter(({ op }) => op === 'Dropout').map((node) => ratioOf(node, source));
  const b = ProgramBuilder.extending({ ...source, nodes: [] }, { reserved: source.nodes });
  const key = ratios.some((ratio) => ratio > 0) ? b.input(RANDOM_KEY, 'int64', []) : '';
  const runningStatistics = new Map<string, string>();
  let dropouts = 0;
  for (const node of source.nodes) {
    if (node.op === 'BatchNormalization') {
      for (const [statistic, next] of batchNormalization(b, node, shapeOf(node)))
        runningStatistics.set(statistic, next);
    } else if (node.op === 'Dropout') {
      const ratio = ratios[dropouts] ?? 0;
      if (ratio === 0) b.push({ ...node, op: 'Identity', inputs: node.inputs.slice(0, 1), attributes: {} });
      else dropout(b, node, shapeOf(node), ratio, key, dropouts);
      dropouts += 1;
    } else {
      b.push(node);
    }
  }
  for (const { name, dtype, shape } of source.outputs) b.output(name, dtype, shape);
  for (const next of runningStatistics.values()) b.output(next);
  return { program: b.build(), runningStatistics };
}

/** Dropout in the form of operator set 12 with its input `training_mode`, which `upgradeOpset` leaves as it is. */
function withDropoutKept(network: Program): Program {
  const b = ProgramBuilder.extending({ ...network, nodes: [] }, { reserved: network.nodes });
  for (const node of network.nodes) {
    if (node.op !== 'Dropout') {
      b.push(node);
      continue;
    }
    const [x = '', ratio = b.scalar(floatAttribute(node, 'ratio', 0.5))] = node.inputs;
    b.push({
      ...node,
      inputs: [x, ratio === '' ? b.scalar(0.5) : ratio, b.scalar(1)],
      outputs: node.outputs.slice(0, 1),
      attributes: {},
    });
  }
  for (const { name, dtype, shape } of network.outputs) b.output(name, dtype, shape);
  return b.build();
}

function ratioOf(node: Node, { initializers }: Program): number {
  const value = initializers.get(node.inputs[1] ?? '');
  const ratio = value === undefined ? NaN : (toNumbers(value)[0] ?? NaN);
  if (ratio >= 0 && ratio < 1) return ratio;
  throw new RangeError(`Dropout ${node.name} needs a ratio that is a constant in [0, 1), not ${ratio}.`);
}
