import { dataTypeCode, int, type ProgramBuilder, type Shape } from '@oblique/onnx';
import { batchInput } from './tensorNames.js';

/** What a training makes small. */
export interface Loss {
  /** Arrays of the batch that it takes besides the network's inputs, e.g. `label`. */
  readonly takes: readonly string[];
  /** Whether the network's output has classes, so that a Softmax at its end is left out. */
  readonly ofLogits: boolean;
  /** Adds the loss of a batch as a float32 scalar, and further numbers worth knowing. `shape`: of the prediction. */
  build(b: ProgramBuilder, prediction: string, shape: Shape): LossTensors;
}

export interface LossTensors {
  readonly loss: string;
  /** Scalar tensors by name, e.g. `accuracy`. */
  readonly metrics: Readonly<Record<string, string>>;
}

/**
 * Cross-entropy of logits [N, classes] with `label` int64 [N], each example weighted by `weight` float32 [N]:
 * `Σ wᵢ lᵢ / N`. An example of weight 0 counts in the mean, as a dropped label does in the paper's Fig. 6.
 * Metric: `accuracy`, the fraction of examples whose largest logit is the label's.
 */
export function crossEntropy(): Loss {
  return {
    takes: ['label', 'weight'],
    ofLogits: true,
    build(b, logits, [examples = 0]) {
      const label = b.input(batchInput('label'), 'int64', [examples]);
      const weight = b.input(batchInput('weight'), 'float32', [examples]);
      const logProbability = b.op('LogSoftmax', [logits], { axis: int(-1) }, { name: 'loss/log_softmax' });
      const column = b.op('Unsqueeze', [label, b.ints([1])], {}, { name: 'loss/label' });
      const own = b.op('GatherElements', [logProbability, column], { axis: int(1) }, { name: 'loss/own' });
      const weighted = b.op(
        'Mul',
        [b.op('Squeeze', [own, b.ints([1])]), weight],
        {},
        { name: 'loss/weighted' },
      );
      const best = b.op('ArgMax', [logits], { axis: int(-1), keepdims: int(0) }, { name: 'accuracy/best' });
      return {
        loss: b.op('Neg', [mean(b, weighted)]),
        metrics: { accuracy: mean(b, truth(b, b.op('Equal', [best, label]))) },
      };
    },
  };
}

/** Cross-entropy of logits [N, classes] with probabilities `target` float32 [N, classes], averaged over examples. */
export function softCrossEntropy(): Loss {
  return {
    takes: ['target'],
    ofLogits: true,
    build(b, logits, shape) {
      const target = b.input(batchInput('target'), 'float32', shape);
      const logProbability = b.op('LogSoftmax', [logits], { axis: int(-1) }, { name: 'loss/log_softmax' });
      const products = b.op('Mul', [logProbability, target], {}, { name: 'loss/products' });
      const perExample = b.op('ReduceSum', [products, b.ints([1])], {}, { name: 'loss/example' });
      return { loss: b.op('Neg', [mean(b, perExample)]), metrics: {} };
    },
  };
}

/** Mean over all elements of the squared difference to `target`, which has the prediction's shape (`nn.MSELoss`). */
export function meanSquaredError(): Loss {
  return {
    takes: ['target'],
    ofLogits: false,
    build(b, prediction, shape) {
      const target = b.input(batchInput('target'), 'float32', shape);
      const difference = b.op('Sub', [prediction, target], {}, { name: 'loss/difference' });
      return { loss: mean(b, b.op('Mul', [difference, difference])), metrics: {} };
    },
  };
}

function mean(b: ProgramBuilder, tensor: string): string {
  return b.op('ReduceMean', [tensor], { keepdims: int(0) }, { name: 'mean' });
}

function truth(b: ProgramBuilder, condition: string): string {
  return b.op('Cast', [condition], { to: int(dataTypeCode('float32')) }, { name: 'accuracy/right' });
}
