import { float32, toNumbers, type NdArray } from '@oblique/arrays';
import { stimulusV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

const parametersSchema = z.object({
  stimulus: z.unknown(),
  grid: z.array(z.object({ parameter: z.string(), values: z.array(z.number()) })),
  variable: z.string(),
});

/** Pictures of stimuli as `images.npy` and of their derivatives as `derivatives.npy`, each [points, 3, H, W]. */
export function renderStep(
  id: string,
  stimulus: stimulusV1.StimulusSpec,
  grid: readonly stimulusV1.GridAxis[],
  variable: string,
  services: Services,
): Step {
  return {
    id,
    description: 'rendering the stimuli',
    step: 'stimulus.render',
    version: '1',
    parameters: { stimulus: messageJson(stimulus), grid: messageJson(grid), variable },
    needs: [],
    cost: 0.5,
    run: async ({ parameters, signal }) => {
      const asked = parametersSchema.parse(parameters);
      const { images, derivatives } = await services.stimulus.renderStimulus(
        {
          stimulus: stimulusV1.StimulusSpec.fromJSON(asked.stimulus),
          grid: asked.grid,
          variable: asked.variable,
        },
        { signal },
      );
      return { results: [receivedRef(images, 'images'), receivedRef(derivatives, 'derivatives')] };
    },
  };
}

/** One image of a step's [points, 3, H, W], as [3, H, W]. */
export function renderedImage(images: NdArray, index: number): NdArray {
  const shape = images.shape.slice(1);
  const size = shape.reduce((product, length) => product * length, 1);
  return float32(shape, toNumbers(images).slice(index * size, (index + 1) * size));
}
