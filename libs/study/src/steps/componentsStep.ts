import type { Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { receivedRef } from './artifactRefs.js';

const componentsValue = z.object({
  /** λ of the first component, the largest. */
  firstVariance: z.number(),
});

/** What this step tells later steps, beside its `pca.npz`. */
export type ComponentsValue = z.infer<typeof componentsValue>;
export const readComponentsValue = (value: unknown): ComponentsValue => componentsValue.parse(value);

/** Principal components of the patches of a step. */
export function componentsStep(id: string, patches: string, { statistics }: Services): Step {
  return {
    id,
    description: 'finding the principal components of the patches',
    step: 'statistics.principal-components',
    version: '1',
    parameters: {},
    needs: [patches],
    cost: 1,
    run: async ({ needed, signal, progress }) => {
      const responses = statistics.principalComponents(
        { patches: needed.result(patches, 'patches.npy') },
        { signal },
      );
      for await (const { event } of responses) {
        if (event?.$case === 'progress') progress(event.value);
        if (event?.$case === 'result') {
          const { components, variance } = event.value;
          return {
            results: [receivedRef(components, 'components')],
            value: { firstVariance: variance[0] ?? NaN },
          };
        }
      }
      throw new Error('The statistics service ended the decomposition without a result.');
    },
  };
}
