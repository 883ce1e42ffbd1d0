import { createHash } from 'node:crypto';
import { float32, ndarray, sizeOf } from '@oblique/arrays';
import {
  CorruptImageError,
  openImageSet,
  type OpenImageSetOptions,
  TrainingBatches,
  type Batch,
  type DatasetSource,
  type ImageSet,
  type SkippedEntry,
  type Task,
} from '@oblique/datasets';
import { preprocessingProgram, readPreprocessing } from '@oblique/networks';
import type { Program, Shape } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import type { NetworkPlan } from './readNetworkTraining.js';
import type { TrainingBatch, TrainingData } from './trainingData.js';

/** Photographs are larger than what networks are trained on: without another word they are made this small. */
const LARGEST_DEFAULT_PIXELS = 224;

/** Images out of a set, decoded and changed while the step before runs. */
export class ImageData implements TrainingData {
  readonly classes: number;
  readonly stepsPerEpoch: number;
  readonly identity: string;
  readonly inputSizePixels: number;
  readonly #set: ImageSet;
  readonly #batches: TrainingBatches;
  readonly #task: Task;
  readonly #flat: boolean;

  private constructor(set: ImageSet, plan: NetworkPlan, inputSizePixels: number) {
    const { task, augmentation, batchSize, seed, heldOutFraction } = plan;
    this.#set = set;
    this.#task = task;
    this.identity = plan.dataset.kind === 'scenes' ? '' : identityOf(set);
    this.inputSizePixels = inputSizePixels;
    this.#batches = new TrainingBatches(set, {
      task,
      augmentation,
      batchSize,
      seed,
      inputSizePixels,
      heldOutFraction,
    });
    this.classes = this.#batches.classes;
    this.stepsPerEpoch = this.#batches.stepsPerEpoch;
    this.#flat = plan.start.kind === 'architecture';
    if (task.kind === 'contrast' && (batchSize % 2 !== 0 || batchSize < 4)) {
      throw new ServiceError(
        'VALUE_OUT_OF_RANGE',
        `batch_size = ${batchSize} is not possible for the task of contrast, whose examples are pairs of views; give an even number of at least 4.`,
        { field: 'spec.network.batch_size' },
      );
    }
    if (batchSize > this.#batches.trainingLength) {
      throw new ServiceError(
        'VALUE_OUT_OF_RANGE',
        `batch_size = ${batchSize} is more than the ${this.#batches.trainingLength} images to learn from.`,
        { field: 'spec.network.batch_size' },
      );
    }
  }

  /** @throws DatasetError where the set cannot be read or cannot serve the task, ServiceError */
  static async open(
    source: DatasetSource,
    plan: NetworkPlan,
    inputSizePixels: number,
    reading: Pick<OpenImageSetOptions, 'access' | 'signal'>,
  ): Promise<ImageData> {
    const set = await openImageSet(source, reading);
    try {
      return new ImageData(set, plan, inputSizePixels || (await sizeOfImages(set)));
    } catch (error) {
      await set.close();
      throw error;
    }
  }

  get skipped(): readonly SkippedEntry[] {
    return this.#set.skipped;
  }

  shapes(batchSize: number): Readonly<Record<string, Shape>> {
    return { image: [batchSize, 3, this.inputSizePixels, this.inputSizePixels] };
  }

  front(network: Program): Program | undefined {
    const preprocessing = readPreprocessing(network);
    return preprocessing && preprocessingProgram(preprocessing);
  }

  async batch(step: number): Promise<TrainingBatch> {
    return this.#examples(await this.#batches.batch(step));
  }

  async *heldOut(): AsyncGenerator<TrainingBatch> {
    for await (const batch of this.#batches.heldOut()) yield this.#examples(batch);
  }

  async close(): Promise<void> {
    await this.#batches.close();
    await this.#set.close();
  }

  #examples({ image, label, weight }: Batch): TrainingBatch {
    if (this.classes > 0) return { image, label, weight };
    if (this.#task.kind === 'contrast') return { image };
    const [count = 0, ...pixels] = image.shape;
    // Built-in architectures answer with one row of numbers an image.
    const target = this.#flat ? ndarray('float32', [count, sizeOf(pixels)], image.data) : image;
    return { image, target: float32(target.shape, target.data) };
  }
}

/** Changed when the same files give other pixels. */
const PIXELS = 'as Pillow reads them';

/** Follows from names, classes, places and order of the images; one that is changed in its place is not noticed. */
function identityOf(set: ImageSet): string {
  const hash = createHash('sha256').update(PIXELS);
  for (let index = 0; index < set.length; index += 1) hash.update(JSON.stringify(set.entry(index)));
  return hash.digest('hex');
}

/** Of the first image that can be read. @throws TooManyCorruptImagesError where too many before it cannot */
async function sizeOfImages(set: ImageSet): Promise<number> {
  for (let index = 0; ; index += 1) {
    try {
      const { width, height } = await set.read(index);
      return Math.min(width, height, LARGEST_DEFAULT_PIXELS);
    } catch (error) {
      if (!(error instanceof CorruptImageError)) throw error;
    }
  }
}
