import { ndarray, type NdArray } from '@oblique/arrays';
import type { Feeds } from '@oblique/runtime';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BatchReply, BatchRequest, BatchWorkerData } from './batchMessages.js';
import type { BatchOrder } from './batchOrder.js';

/** Prepares the batches of a training in a thread of its own, one ahead of the update that runs. */
export class BatchSupply {
  readonly #worker: Worker;
  readonly #data: BatchWorkerData;
  readonly #order: BatchOrder;
  #step: number;
  #ahead: Promise<BatchReply>;

  /** @param firstStep the update whose batch is given first */
  constructor(data: BatchWorkerData, order: BatchOrder, firstStep: number) {
    this.#data = data;
    this.#order = order;
    this.#worker = new Worker(new URL('./batchWorker.js', import.meta.url), {
      workerData: data,
      name: 'oblique-batches',
      execArgv: [],
    });
    this.#step = firstStep;
    this.#ahead = this.#request();
  }

  /** Feeds of an update program for the next update. */
  async next(): Promise<Feeds> {
    const { patches, data, noise } = await this.#ahead;
    this.#step += 1;
    this.#ahead = this.#request();
    const { form, pixels, precision } = this.#data;
    const noiseFeed = noise === undefined ? {} : { noise: rowsOf(noise, pixels) };
    return form === 'moments'
      ? { moment: rowsOf(data, pixels), ...noiseFeed }
      : { x: rowsOf(data, pixels), batchShare: scalar(1 / patches, precision), ...noiseFeed };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #request(): Promise<BatchReply> {
    const request: BatchRequest = { step: this.#step, units: this.#order.units(this.#step).slice() };
    this.#worker.postMessage(request);
    const reply = once(this.#worker, 'message').then(([message]) => message as BatchReply);
    // Whoever waits for the batch hears of it; where nobody does any more, nobody minds that the thread ended.
    reply.catch(() => undefined);
    return reply;
  }
}

function rowsOf(values: BatchReply['data'], pixels: number): NdArray {
  const shape = [values.length / pixels, pixels];
  return values instanceof Float32Array
    ? ndarray('float32', shape, values)
    : ndarray('float64', shape, values);
}

function scalar(value: number, precision: BatchWorkerData['precision']): NdArray {
  return precision === 'float32'
    ? ndarray('float32', [], Float32Array.of(value))
    : ndarray('float64', [], Float64Array.of(value));
}
