import { randomStream } from '@oblique/random';
import { parentPort, workerData } from 'node:worker_threads';
import type { BatchReply, BatchRequest, BatchWorkerData } from './batchMessages.js';
import type { Precision } from './structure.js';

// The entry of the worker thread that prepares batches while an update runs.

if (parentPort === null) throw new Error('batchWorker.js is the entry of a worker thread; use BatchSupply.');
const port = parentPort;
const { form, pixels, precision, counts, outputNoise, seed, ...shared } = workerData as BatchWorkerData;
const rows = precision === 'float32' ? new Float32Array(shared.rows) : new Float64Array(shared.rows);
const width = form === 'moments' ? pixels * pixels : pixels;

port.on('message', ({ step, units }: BatchRequest) => {
  const patches = units.reduce((sum, unit) => sum + (counts?.[unit] ?? 1), 0);
  const reply: BatchReply = {
    patches,
    data: form === 'moments' ? meanOf(units, patches) : gathered(units),
    noise: outputNoise === 0 ? undefined : noise(step, patches),
  };
  port.postMessage(
    reply,
    [reply.data, ...(reply.noise === undefined ? [] : [reply.noise])].map(({ buffer }) => buffer),
  );
});

/** Sum of the units' rows over the number of patches. */
function meanOf(units: Uint32Array, patches: number): BatchReply['data'] {
  const mean = arrayOf(precision, width);
  for (const unit of units) {
    const row = rows.subarray(unit * width, (unit + 1) * width);
    for (let index = 0; index < width; index++) mean[index] = (mean[index] ?? 0) + (row[index] ?? 0);
  }
  for (let index = 0; index < width; index++) mean[index] = (mean[index] ?? 0) / patches;
  return mean;
}

function gathered(units: Uint32Array): BatchReply['data'] {
  const batch = arrayOf(precision, units.length * width);
  for (const [index, unit] of units.entries())
    batch.set(rows.subarray(unit * width, (unit + 1) * width), index * width);
  return batch;
}

/** Normal numbers: [pixels, pixels] of variance outputNoise² / patches, or [patches, pixels] of outputNoise². */
function noise(step: number, patches: number): BatchReply['data'] {
  const stream = randomStream(seed, 'linear-learning/noise', step);
  const [length, deviation] =
    form === 'moments' ? [width, outputNoise / Math.sqrt(patches)] : [patches * width, outputNoise];
  const values = arrayOf(precision, length);
  if (values instanceof Float32Array) stream.fillNormal(values, deviation);
  else for (let index = 0; index < length; index++) values[index] = deviation * stream.normal();
  return values;
}

function arrayOf(type: Precision, length: number): BatchReply['data'] {
  return type === 'float32' ? new Float32Array(length) : new Float64Array(length);
}
