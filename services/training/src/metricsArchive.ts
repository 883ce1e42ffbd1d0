import { float64, int64, toNumbers, type NdArray } from '@oblique/arrays';
import type { Metrics } from './trainingMessage.js';

/** Accuracy on the images kept out of training, at a step. */
export interface HeldOutAccuracy {
  readonly step: number;
  readonly accuracy: number;
}

/**
 * The members of a `metrics.npz`: `step`, `epoch`, `loss`, `learningRate` and, where there are classes, `accuracy`, one
 * value a step; `heldOutStep` and `heldOutAccuracy`, one a measurement.
 */
export function metricsArchive(
  metrics: readonly Metrics[],
  heldOut: readonly HeldOutAccuracy[],
): Map<string, NdArray> {
  const column = (values: readonly number[]): NdArray => float64([values.length], values);
  const accuracies = metrics.flatMap(({ accuracy }) => (accuracy === undefined ? [] : [accuracy]));
  return new Map<string, NdArray>([
    [
      'step',
      int64(
        [metrics.length],
        metrics.map(({ step }) => step),
      ),
    ],
    ['epoch', column(metrics.map(({ epoch }) => epoch))],
    ['loss', column(metrics.map(({ loss }) => loss))],
    ...(accuracies.length > 0 ? [['accuracy', column(accuracies)] as const] : []),
    ['learningRate', column(metrics.map(({ learningRate }) => learningRate))],
    [
      'heldOutStep',
      int64(
        [heldOut.length],
        heldOut.map(({ step }) => step),
      ),
    ],
    ['heldOutAccuracy', column(heldOut.map(({ accuracy }) => accuracy))],
  ]);
}

/** What {@link metricsArchive} wrote. */
export function readMetricsArchive(arrays: ReadonlyMap<string, NdArray>): {
  metrics: Metrics[];
  heldOut: HeldOutAccuracy[];
} {
  const column = (name: string): Float64Array => {
    const array = arrays.get(name);
    return array === undefined ? new Float64Array() : toNumbers(array);
  };
  const [epoch, loss, accuracy, learningRate] = [
    column('epoch'),
    column('loss'),
    column('accuracy'),
    column('learningRate'),
  ];
  const heldOutAccuracy = column('heldOutAccuracy');
  return {
    metrics: [...column('step')].map((step, index) => ({
      step,
      epoch: epoch[index] ?? NaN,
      loss: loss[index] ?? NaN,
      accuracy: accuracy[index],
      learningRate: learningRate[index] ?? NaN,
    })),
    heldOut: [...column('heldOutStep')].map((step, index) => ({
      step,
      accuracy: heldOutAccuracy[index] ?? NaN,
    })),
  };
}
