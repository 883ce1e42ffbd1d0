import { ndarray, type NdArray } from '@oblique/arrays';
import { randomStream, type Seed } from '@oblique/random';
import type { Augmentation } from './augmentation.js';
import type { ExampleOrder, MadeExamples } from './batchMessages.js';
import { BatchWorkers } from './batchWorkers.js';
import { CorruptImageError, DatasetError, type ImageSet } from './imageSet.js';
import { splitHeldOut, type Split } from './splitHeldOut.js';
import { checkTask, classesOf, viewsOf, type Task } from './task.js';

export interface TrainingBatchesOptions {
  readonly task: Task;
  readonly augmentation: Augmentation;
  readonly batchSize: number;
  readonly seed: Seed;
  readonly inputSizePixels: number;
  /** Share of the images kept out of training; 0: none. */
  readonly heldOutFraction: number;
  /** Threads that decode and augment; default 1. The batches do not depend on it. */
  readonly workers?: number;
  /** Batches made ahead of the one asked for; default 3. */
  readonly ahead?: number;
  /** Of decoded images kept for the next pass, over all threads; default 256 MiB. */
  readonly cacheBytes?: number;
}

/** Examples of one step. */
export interface Batch {
  /** [N, 3, H, W] in [0, 1]. */
  readonly image: NdArray<'float32'>;
  /** [N]; zeros for tasks without classes. */
  readonly label: NdArray<'int64'>;
  /** [N], by which an example's loss is multiplied. */
  readonly weight: NdArray<'float32'>;
}

/**
 * Batches to learn from. Each is a pure function of the seed and the step: every pass over the images is in a new
 * random order, without gaps between passes, and batches are always full. The batches after the one asked for are made
 * ahead in worker threads. An image that turns out corrupt is replaced by the one that follows it in the order.
 */
export class TrainingBatches {
  /** Labels are 0 to classes − 1; 0 where the task has none. */
  readonly classes: number;
  /** May be a fraction: a pass may end within a batch. */
  readonly stepsPerEpoch: number;
  readonly #set: ImageSet;
  readonly #options: TrainingBatchesOptions;
  readonly #split: Split;
  readonly #workers: BatchWorkers;
  readonly #orders = new Map<number, Uint32Array>();
  readonly #made = new Map<number, Promise<Batch>>();

  /** @throws DatasetError where the set cannot serve the task */
  constructor(set: ImageSet, options: TrainingBatchesOptions) {
    checkTask(options.task, options.augmentation, set);
    this.#set = set;
    this.#options = options;
    this.#split = splitHeldOut(set.length, options.seed, options.heldOutFraction);
    if (this.trainingLength === 0) {
      throw new DatasetError(
        `Of ${set.length} images none is left to learn from: ${options.heldOutFraction} of them are kept out.`,
      );
    }
    this.classes = classesOf(options.task, set);
    this.stepsPerEpoch = (this.trainingLength * viewsOf(options.task)) / options.batchSize;
    const { seed, workers = 1, cacheBytes = 2 ** 28, ...recipe } = options;
    this.#workers = new BatchWorkers(workers, {
      seed,
      recipe: {
        task: recipe.task,
        augmentation: recipe.augmentation,
        inputSizePixels: recipe.inputSizePixels,
      },
      cacheBytes: Math.ceil(cacheBytes / workers),
    });
  }

  /** Images learned from. */
  get trainingLength(): number {
    return this.#split.training.length;
  }

  /** Images kept out. */
  get heldOutLength(): number {
    return this.#split.heldOut.length;
  }

  /**
   * The examples of a step, 0 being the first.
   * @throws DatasetError where images cannot be read
   */
  async batch(step: number): Promise<Batch> {
    if (!Number.isSafeInteger(step) || step < 0)
      throw new RangeError(`A step is a whole number from 0, not ${step}.`);
    const { ahead = 3 } = this.#options;
    const wanted = Array.from({ length: ahead + 1 }, (_, index) => step + index);
    for (const other of this.#made.keys()) if (!wanted.includes(other)) this.#made.delete(other);
    for (const each of wanted) if (!this.#made.has(each)) this.#made.set(each, this.#begin(each));
    return await (this.#made.get(step) ?? this.#begin(step));
  }

  /**
   * The images kept out, in batches of which the last may be smaller: without random crops and flips, with the world's
   * rotation and hue shift, and the same tilts and hue turns every time.
   */
  async *heldOut(): AsyncGenerator<Batch> {
    const { batchSize } = this.#options;
    const { heldOut } = this.#split;
    for (let start = 0; start < heldOut.length; start += batchSize) {
      const examples = [...heldOut.subarray(start, start + batchSize)].map((index) =>
        this.#example(index, index),
      );
      const made = await this.#workers.make(examples, true);
      this.#report(made);
      const corrupt = new Set(made.corrupt.map(({ place }) => place));
      // A corrupt image counts for nothing.
      yield this.#batchOf(made, (place) => (corrupt.has(place) ? 0 : 1));
    }
  }

  /** Ends the worker threads; the set stays open. */
  async close(): Promise<void> {
    await this.#workers.close();
  }

  #begin(step: number): Promise<Batch> {
    const batch = this.#make(step);
    // Whoever asks for it hears of it; nobody may ever ask for a batch that was made ahead.
    batch.catch(() => this.#made.delete(step));
    return batch;
  }

  async #make(step: number): Promise<Batch> {
    const { batchSize } = this.#options;
    const draws = Array.from({ length: batchSize }, (_, place) => step * batchSize + place);
    const made = await this.#workers.make(
      draws.map((draw) => this.#example(this.#indexAt(draw), draw)),
      false,
    );
    this.#report(made);
    let places = made.corrupt.map(({ place }) => place);
    for (let further = 1; places.length > 0; further++) {
      const examples = places.map((place) => {
        const draw = step * batchSize + place;
        return this.#example(this.#indexAt(draw, further), draw);
      });
      const replaced = await this.#workers.make(examples, false);
      this.#report(replaced);
      const size = made.image.length / batchSize;
      places.forEach((place, index) => {
        made.image.set(replaced.image.subarray(index * size, (index + 1) * size), place * size);
        made.label[place] = replaced.label[index] ?? 0n;
      });
      places = replaced.corrupt.flatMap(({ place }) => places[place] ?? []);
    }
    return this.#batchOf(made, () => 1);
  }

  #report({ corrupt }: MadeExamples): void {
    for (const { image, reason } of corrupt) this.#set.reportCorrupt(new CorruptImageError(image, reason));
  }

  #example(index: number, draw: number): ExampleOrder {
    return { index, draw, entry: this.#set.entry(index) };
  }

  /** Which image an example is made of, or the one so much further in all passes, one after the other. */
  #indexAt(draw: number, further = 0): number {
    const { training } = this.#split;
    const place = Math.floor(draw / viewsOf(this.#options.task)) + further;
    const pass = Math.floor(place / training.length);
    let order = this.#orders.get(pass);
    if (!order) {
      order = randomStream(this.#options.seed, 'order of images', pass).permutation(training.length);
      // A batch and those made ahead seldom reach beyond two passes.
      if (this.#orders.size > 2) this.#orders.clear();
      this.#orders.set(pass, order);
    }
    return training[order[place % training.length] ?? 0] ?? 0;
  }

  #batchOf({ image, label }: MadeExamples, weightOf: (place: number) => number): Batch {
    const { inputSizePixels: size } = this.#options;
    const count = label.length;
    return {
      image: ndarray('float32', [count, 3, size, size], image),
      label: ndarray('int64', [count], label),
      weight: ndarray(
        'float32',
        [count],
        Float32Array.from({ length: count }, (_, place) => weightOf(place)),
      ),
    };
  }
}
