import type { ArtifactStore } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import { ServiceError, unary, type UnaryHandler } from '@oblique/service';
import { depthTrend } from '@oblique/statistics';
import { layerRatioMessage } from './cardinalObliqueRatioHandler.js';
import { computeRatios } from './computeRatios.js';
import { readResampling } from './readResampling.js';

/** DepthTrend: whether the ratio grows from layer to layer. */
export function depthTrendHandler(
  store: ArtifactStore,
): UnaryHandler<statisticsV1.DepthTrendRequest, statisticsV1.DepthTrendResponse> {
  return unary(async ({ ratio: request }, call) => {
    if (!request) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'ratio is missing; it must say what to compute the trend of.',
        {
          field: 'ratio',
        },
      );
    }
    const ratios = await computeRatios(store, request, 'ratio.', call);
    const { confidence } = readResampling(request.resampling, 'ratio.');
    return { ...depthTrend(ratios, confidence), layers: ratios.layers.map(layerRatioMessage) };
  });
}
