import { datasetV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

const parametersSchema = z.object({
  dataset: z.unknown(),
  count: z.number(),
  sizePixels: z.number(),
  seed: z.number(),
});

/** Which patches to cut. */
export interface PatchesRequest {
  readonly id: string;
  readonly dataset: datasetV1.Dataset;
  readonly count: number;
  /** Height and width. */
  readonly sizePixels: number;
  readonly seed: number;
}

/** Square grey patches cut at random places of images, as `patches.npy`. */
export function patchesStep({ id, dataset, ...cut }: PatchesRequest, { statistics }: Services): Step {
  return {
    id,
    description: `cutting ${cut.count} patches of ${cut.sizePixels} pixels`,
    step: 'statistics.extract-patches',
    version: '2',
    parameters: { dataset: messageJson(datasetV1.Dataset.toJSON(dataset)), ...cut },
    needs: [],
    cost: 1,
    run: async ({ parameters, signal, progress }) => {
      const asked = parametersSchema.parse(parameters);
      const responses = statistics.extractPatches(
        { ...asked, seed: String(asked.seed), dataset: datasetV1.Dataset.fromJSON(asked.dataset) },
        { signal },
      );
      for await (const { event } of responses) {
        if (event?.$case === 'patches') return { results: [receivedRef(event.value, 'patches')] };
        if (event?.$case === 'progress') progress(event.value);
      }
      throw new Error('The statistics service ended the cutting of patches without a result.');
    },
  };
}
