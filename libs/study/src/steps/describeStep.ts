import { datasetV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

const describeValue = z.object({ kind: z.string(), synthetic: z.boolean(), images: z.number() });

/** What this step tells later steps, beside its `image-statistics.npz`. */
export type DescribeValue = z.infer<typeof describeValue>;
export const readDescribeValue = (value: unknown): DescribeValue => describeValue.parse(value);

const parametersSchema = z.object({ dataset: z.unknown(), images: z.number() });

/** Statistics of at most so many images, evenly over the classes. */
export function describeStep(
  id: string,
  { dataset, images }: { readonly dataset: datasetV1.Dataset; readonly images: number },
  { statistics }: Services,
): Step {
  return {
    id,
    description: `describing ${images} images`,
    step: 'statistics.describe-images',
    version: '4',
    parameters: { dataset: messageJson(datasetV1.Dataset.toJSON(dataset)), images },
    needs: [],
    cost: 1 + images / 500,
    run: async ({ parameters, signal, progress }) => {
      const asked = parametersSchema.parse(parameters);
      const responses = statistics.describeImages(
        {
          dataset: datasetV1.Dataset.fromJSON(asked.dataset),
          images: asked.images,
          examples: 0,
          augmentation: undefined,
        },
        { signal },
      );
      for await (const { event } of responses) {
        if (event?.$case === 'progress') progress(event.value);
        if (event?.$case === 'result') {
          const { statistics: ref, kind, synthetic, imageCount } = event.value;
          return {
            results: [receivedRef(ref, 'image statistics')],
            value: { kind, synthetic, images: Math.min(images, imageCount) },
          };
        }
      }
      throw new Error('The statistics service ended the description without a result.');
    },
  };
}
