import { int64, ndarray } from '@oblique/arrays';
import { dataTypeCode, int, ints, type ProgramBuilder, type Shape } from '@oblique/onnx';
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
      const own = ownLogProbability(b, logits, label);
      const weighted = b.op('Mul', [own, weight], {}, { name: 'loss/weighted' });
      return {
        loss: b.op('Neg', [mean(b, weighted)]),
        metrics: { accuracy: accuracy(b, logits, label) },
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

/** Below every similarity over the temperature, by so much that it has no probability in float32. */
const NEVER = -1e9;

/**
 * Contrast of views: examples 2i and 2i + 1 are views of one image, and each is to be most similar to the other one among
 * the whole batch. Cross-entropy of cosine similarities over the temperature, an example's similarity to itself left out
 * (NT-Xent: Chen, Kornblith, Norouzi and Hinton 2020, "A simple framework for contrastive learning of visual
 * representations", eq. 1). Takes embeddings [N, numbers]. Metric: `accuracy`, the fraction of examples that are most
 * similar to their other view; 1 / (N − 1) is chance.
 */
export function contrast(temperature = 0.5): Loss {
  return {
    takes: [],
    ofLogits: true,
    build(b, embedding, [examples = 0]) {
      if (examples % 2 !== 0 || examples < 4)
        throw new RangeError(`Contrast takes batches of an even number from 4 on, not ${examples}.`);
      const self = Float32Array.from({ length: examples ** 2 }, (_, place) =>
        place % (examples + 1) === 0 ? NEVER : 0,
      );
      const partners = Array.from({ length: examples }, (_, place) => place ^ 1);
      const other = b.initializer('loss/other', int64([examples], partners));
      const squares = b.op('ReduceSum', [b.op('Mul', [embedding, embedding]), b.ints([1])], {
        keepdims: int(1),
      });
      const length = b.op('Sqrt', [b.op('Add', [squares, b.scalar(1e-12)])], {}, { name: 'loss/length' });
      const unit = b.op('Div', [embedding, length], {}, { name: 'loss/unit' });
      const cosines = b.op('MatMul', [unit, b.op('Transpose', [unit], { perm: ints([1, 0]) })]);
      const scaled = b.op('Div', [cosines, b.scalar(temperature)], {}, { name: 'loss/similarity' });
      const logits = b.op('Add', [
        scaled,
        b.initializer('loss/self', ndarray('float32', [examples, examples], self)),
      ]);
      return {
        loss: b.op('Neg', [mean(b, ownLogProbability(b, logits, other))]),
        metrics: { accuracy: accuracy(b, logits, other) },
      };
    },
  };
}

/** Of each example's label [N] under its logits [N, classes]. */
function ownLogProbability(b: ProgramBuilder, logits: string, label: string): string {
  const logProbability = b.op('LogSoftmax', [logits], { axis: int(-1) }, { name: 'loss/log_softmax' });
  const column = b.op('Unsqueeze', [label, b.ints([1])], {}, { name: 'loss/label' });
  const own = b.op('GatherElements', [logProbability, column], { axis: int(1) }, { name: 'loss/own' });
  return b.op('Squeeze', [own, b.ints([1])]);
}

/** The fraction of examples whose largest logit is their label's. */
function accuracy(b: ProgramBuilder, logits: string, label: string): string {
  const best = b.op('ArgMax', [logits], { axis: int(-1), keepdims: int(0) }, { name: 'accuracy/best' });
  return mean(b, truth(b, b.op('Equal', [best, label])));
}

function mean(b: ProgramBuilder, tensor: string): string {
  return b.op('ReduceMean', [tensor], { keepdims: int(0) }, { name: 'mean' });
}

function truth(b: ProgramBuilder, condition: string): string {
  return b.op('Cast', [condition], { to: int(dataTypeCode('float32')) }, { name: 'accuracy/right' });
}
