import { sizeOf } from '@oblique/arrays';
import { floatAttribute, type Node, type ProgramBuilder, type Shape } from '@oblique/onnx';

/** Share of the batch in the new running statistics, PyTorch's default. */
const MOMENTUM = 0.1;

/** A running statistic and the tensor of its new value. */
export type RunningUpdate = readonly [statistic: string, next: string];

/**
 * BatchNormalization by the statistics of the batch (Ioffe & Szegedy 2015), as elementary operators:
 * `y = γ (x − μ)/√(v + ε) + β` with mean μ and biased variance v over all axes but the channels.
 * The running mean becomes `0.9 r + 0.1 μ`, the running variance the same with the unbiased variance, as in PyTorch.
 * @param shape of x
 * @throws RangeError where there is but one value a channel.
 */
export function batchNormalization(b: ProgramBuilder, node: Node, shape: Shape): RunningUpdate[] {
  const [x = '', scale = '', shift = '', runningMean = '', runningVariance = ''] = node.inputs;
  const op = (operator: string, inputs: readonly string[], part: string): string =>
    b.op(operator, inputs, {}, { name: `${node.name}/${part}` });
  const values = sizeOf(shape) / (shape[1] ?? 1);
  if (values < 2) {
    throw new RangeError(
      `BatchNormalization ${node.name} gets one value a channel, [${shape.join(', ')}]; train with larger batches or images.`,
    );
  }
  const axes = b.ints([...shape.keys()].filter((axis) => axis !== 1));
  const perChannel = b.ints([-1, ...shape.slice(2).map(() => 1)]);
  const flat = b.ints([-1]);

  const mean = op('ReduceMean', [x, axes], 'mean');
  const centred = op('Sub', [x, mean], 'centred');
  const variance = op('ReduceMean', [op('Mul', [centred, centred], 'squares'), axes], 'variance');
  const epsilon = b.scalar(floatAttribute(node, 'epsilon', 1e-5));
  const deviation = op('Sqrt', [op('Add', [variance, epsilon], 'variance_epsilon')], 'deviation');
  const gain = op('Div', [op('Reshape', [scale, perChannel], 'scale'), deviation], 'gain');
  const scaled = op('Mul', [centred, gain], 'scaled');
  b.push({
    ...node,
    op: 'Add',
    inputs: [scaled, op('Reshape', [shift, perChannel], 'shift')],
    attributes: {},
  });

  const mixed = (running: string, batch: string, part: string): RunningUpdate => {
    const kept = op('Mul', [running, b.scalar(1 - MOMENTUM)], `${part}/kept`);
    return [
      running,
      op('Add', [kept, op('Mul', [batch, b.scalar(MOMENTUM)], `${part}/new`)], `${part}/next`),
    ];
  };
  const batchVariance = op('Reshape', [variance, flat], 'batch_variance');
  const unbiased = op('Mul', [batchVariance, b.scalar(values / (values - 1))], 'unbiased');
  return [
    mixed(runningMean, op('Reshape', [mean, flat], 'batch_mean'), 'running_mean'),
    mixed(runningVariance, unbiased, 'running_variance'),
  ];
}
