import type { ArtifactStore } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import { unary, type UnaryHandler } from '@oblique/service';
import type { LayerRatio } from '@oblique/statistics';
import { computeRatios } from './computeRatios.js';

/** CardinalObliqueRatio: cardinal over oblique sensitivity, layer by layer, with intervals. */
export function cardinalObliqueRatioHandler(
  store: ArtifactStore,
): UnaryHandler<statisticsV1.CardinalObliqueRatioRequest, statisticsV1.CardinalObliqueRatioResponse> {
  return unary(async (request, call) => {
    const { layers } = await computeRatios(store, request, '', call);
    return { layers: layers.map(layerRatioMessage) };
  });
}

/** A layer's ratio as it travels. */
export function layerRatioMessage({ ratios, ...rest }: LayerRatio): statisticsV1.LayerRatio {
  return { ...rest, ratios: [...ratios] };
}
