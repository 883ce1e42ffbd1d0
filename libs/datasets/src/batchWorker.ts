import { parentPort, workerData } from 'node:worker_threads';
import { randomStream } from '@oblique/random';
import { LRUCache } from 'lru-cache';
import type {
  BatchWorkerData,
  CorruptExample,
  ExampleOrder,
  MadeExamples,
  Order,
  Reply,
} from './batchMessages.js';
import { makeExample, withoutChance } from './example.js';
import { ImageReader } from './imageReader.js';
import { CorruptImageError, type LabelledImage } from './imageSet.js';

// The entry of a worker thread: it makes one batch at a time, decoding several images beside one another.

const IMAGES_AT_ONCE = 8;

if (parentPort === null)
  throw new Error('batchWorker.js is the entry of a worker thread; use TrainingBatches.');
const port = parentPort;
const { seed, recipe, cacheBytes } = workerData as BatchWorkerData;
const heldOutRecipe = withoutChance(recipe);
const reader = new ImageReader();
const decoded = new LRUCache<number, LabelledImage>({
  maxSize: cacheBytes,
  sizeCalculation: ({ pixels }) => pixels.length,
});

let last = Promise.resolve();
let closing = false;
port.on('message', (order: Order) => {
  if (order.kind === 'close') closing = true;
  last = last.then(() => obey(order));
});

async function obey(order: Order): Promise<void> {
  if (order.kind === 'close') {
    await reader.close();
    port.close();
  } else if (!closing) {
    const reply = await replyTo(order);
    port.postMessage(reply, reply.kind === 'made' ? [reply.made.image.buffer, reply.made.label.buffer] : []);
  }
}

async function replyTo({ id, examples, heldOut }: Extract<Order, { kind: 'make' }>): Promise<Reply> {
  try {
    return { kind: 'made', id, made: await make(examples, heldOut) };
  } catch (error) {
    return { kind: 'failed', id, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function make(examples: readonly ExampleOrder[], heldOut: boolean): Promise<MadeExamples> {
  const size = 3 * recipe.inputSizePixels ** 2;
  const image = new Float32Array(examples.length * size);
  const label = new BigInt64Array(examples.length);
  const corrupt: CorruptExample[] = [];
  const purpose = heldOut ? 'held-out example' : 'training example';

  const places = examples.entries();
  const lane = async (): Promise<void> => {
    for (const [place, example] of places) {
      try {
        const source = await read(example);
        const target = image.subarray(place * size, (place + 1) * size);
        const random = randomStream(seed, purpose, example.draw);
        label[place] = BigInt(makeExample(source, heldOut ? heldOutRecipe : recipe, random, target));
      } catch (error) {
        if (!(error instanceof CorruptImageError)) throw error;
        corrupt.push({ place, image: error.image, reason: error.reason });
      }
    }
  };
  await Promise.all(Array.from({ length: IMAGES_AT_ONCE }, lane));
  return { image, label, corrupt: corrupt.sort((a, b) => a.place - b.place) };
}

async function read({ index, entry }: ExampleOrder): Promise<LabelledImage> {
  const known = decoded.get(index);
  if (known) return known;
  const image = await reader.read(entry);
  decoded.set(index, image);
  return image;
}
