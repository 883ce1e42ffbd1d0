import { writeNpy } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore, Json } from '@oblique/artifacts';
import type { stimulusV1 } from '@oblique/contracts';
import type { Runtime } from '@oblique/runtime';
import { unary, type UnaryHandler } from '@oblique/service';
import { readVariable } from '@oblique/stimulus-requests';
import { contactSheet } from './contactSheet.js';
import { readDrawnStimulus } from './drawnStimulus.js';
import { pictureOf, type Picture } from './picture.js';
import { renderImages } from './renderImages.js';
import { renderPoints } from './renderPoints.js';

/** Enough to keep the threads that encode and write busy. */
const PICTURES_AT_A_TIME = 8;

/**
 * RenderStimulus: images of a grid, and their derivatives with respect to one parameter, as arrays and as pictures.
 * They are the stimulus itself, before any input encoding.
 */
export function renderStimulusHandler(
  store: ArtifactStore,
  runtime: Runtime,
): UnaryHandler<stimulusV1.RenderStimulusRequest, stimulusV1.RenderStimulusResponse> {
  return unary(async (request, { signal }) => {
    const stimulus = readDrawnStimulus(request.stimulus);
    const { family, widthPixels, heightPixels, stretch, parameters } = stimulus;
    const variable = request.variable === '' ? undefined : readVariable(family, request.variable);
    const points = renderPoints(stimulus, request.grid, variable !== undefined);
    const rendered = await renderImages(runtime, { stimulus, points, variable, signal });

    const asked: Readonly<Record<string, Json>> = {
      stimulus: { family: family.name, widthPixels, heightPixels, stretch, parameters },
      grid: request.grid.map(({ parameter, values }) => ({ parameter, values })),
      variable: variable?.name ?? null,
    };
    const keep = async (
      kind: string,
      data: Uint8Array,
      more: Readonly<Record<string, Json>> = {},
    ): Promise<ArtifactRef> => {
      signal.throwIfAborted();
      return store.put(kind, data, {
        step: 'stimulus.render',
        version: '1',
        parameters: { ...asked, ...more },
        inputs: [],
      });
    };
    const images = await keep('images.npy', writeNpy(rendered.images));
    const derivatives =
      rendered.derivatives && (await keep('derivatives.npy', writeNpy(rendered.derivatives)));
    const shown: Picture[] = [];
    const pictures: ArtifactRef[] = [];
    for (let start = 0; start < points.length; start += PICTURES_AT_A_TIME) {
      const indices = [...points.keys()].slice(start, start + PICTURES_AT_A_TIME);
      const some = await Promise.all(indices.map((index) => pictureOf(rendered, index, family.valueRange)));
      shown.push(...some);
      pictures.push(
        ...(await Promise.all(some.map(({ png }, at) => keep('image.png', png, { index: start + at })))),
      );
    }
    const { largestDerivative } = rendered;
    const sheet = await contactSheet({
      stimulus,
      axes: request.grid,
      points,
      variable,
      pictures: shown,
      largestDerivative,
    });
    return { images, derivatives, pictures, contactSheet: await keep('contact-sheet.png', sheet) };
  });
}
