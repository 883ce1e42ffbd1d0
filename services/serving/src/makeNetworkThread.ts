import { UnknownArchitectureError } from '@oblique/networks';
import { writeProgram } from '@oblique/onnx';
import { parentPort, workerData } from 'node:worker_threads';
import type { MadeMessage } from './makeNetwork.js';
import { followRecipe, type NetworkRecipe } from './networkRecipe.js';

try {
  const bytes = writeProgram(followRecipe(workerData as NetworkRecipe));
  send({ bytes });
} catch (error) {
  if (!(error instanceof RangeError || error instanceof UnknownArchitectureError)) throw error;
  send({ refusal: error.message });
}

function send(message: MadeMessage): void {
  parentPort?.postMessage(message);
}
