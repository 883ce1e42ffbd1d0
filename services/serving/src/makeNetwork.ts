import { ServiceError } from '@oblique/service';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { NetworkRecipe } from './networkRecipe.js';

/** What the thread sends when it is done: the ONNX file, or why there can be none. */
export type MadeMessage = { readonly bytes: Uint8Array } | { readonly refusal: string };

/**
 * The ONNX file of the recipe's network, made in a thread of its own: a large network takes seconds, in which the
 * service goes on answering.
 * @throws ServiceError INVALID_ARGUMENT where the recipe cannot be followed; the signal's reason when it is aborted.
 */
export async function makeNetwork(recipe: NetworkRecipe, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./makeNetworkThread.js', import.meta.url), { workerData: recipe });
  try {
    const [message] = (await once(thread, 'message', { signal })) as [MadeMessage?];
    if (message === undefined)
      throw new ServiceError('INTERNAL', 'The thread that makes networks sent nothing.');
    if ('refusal' in message)
      throw new ServiceError('INVALID_ARGUMENT', message.refusal, { field: 'header' });
    return message.bytes;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await thread.terminate();
  }
}
