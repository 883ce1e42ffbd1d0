import type { RequestedGratings } from '@oblique/dataset-requests';
import { GratingBatches } from '@oblique/datasets';
import type { Program, Shape } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import { compileStimulus, findFamily, findParameter, stimulusFeeds } from '@oblique/stimuli';
import type { NetworkPlan } from './readNetworkTraining.js';
import type { TrainingBatch, TrainingData } from './trainingData.js';

/** The network of Fig. 6 sees gratings of this size. */
const DEFAULT_SIZE_PIXELS = 64;
/** Gratings are drawn anew for every step, so there are no passes over a set: one counts as this many gratings. */
const EPOCH_GRATINGS = 10_000;

/** Gratings, drawn by the training program itself from angles and phases. */
export class GratingData implements TrainingData {
  readonly skipped = [];
  readonly classes: number;
  readonly stepsPerEpoch: number;
  readonly identity = '';
  readonly inputSizePixels: number;
  readonly #batches: GratingBatches;
  readonly #family = findFamily('grating');

  /** @throws ServiceError, LabelNoiseError */
  constructor(
    { prior, labelNoise, bins, halfCirclePhases }: RequestedGratings,
    { task, heldOutFraction, batchSize, seed }: NetworkPlan,
    inputSizePixels: number,
  ) {
    if (task.kind !== 'class')
      throw refusal('task', 'Gratings are learned by their class, the bin of their orientation.');
    if (heldOutFraction > 0)
      throw refusal('held_out_fraction', 'Gratings are drawn anew for every step: none is kept out.');
    this.#batches = new GratingBatches({ prior, labelNoise, bins, halfCirclePhases, batchSize, seed });
    this.classes = this.#batches.classes;
    this.stepsPerEpoch = EPOCH_GRATINGS / batchSize;
    this.inputSizePixels = inputSizePixels || DEFAULT_SIZE_PIXELS;
  }

  /** What all gratings have in common is given once, so that the disc is not computed for each. */
  shapes(batchSize: number): Readonly<Record<string, Shape>> {
    return Object.fromEntries(
      this.#family.parameters.map(({ name, programInput }) => [
        programInput,
        [name === 'orientation' || name === 'phase' ? batchSize : 1],
      ]),
    );
  }

  front(): Program {
    const size = this.inputSizePixels;
    return compileStimulus({ family: this.#family, widthPixels: size, heightPixels: size });
  }

  batch(step: number): Promise<TrainingBatch> {
    const { orientationRad, phaseRad, label, weight } = this.#batches.batch(step);
    const input = (parameter: string): string => findParameter(this.#family, parameter).programInput;
    return Promise.resolve({
      ...stimulusFeeds(this.#family, [{}]),
      [input('orientation')]: orientationRad,
      [input('phase')]: phaseRad,
      label,
      weight,
    });
  }

  async *heldOut(): AsyncGenerator<TrainingBatch> {
    // There are none.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

function refusal(field: string, message: string): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', message, { field: `spec.network.${field}` });
}
