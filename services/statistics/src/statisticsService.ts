import { MalformedArrayError } from '@oblique/arrays';
import { statisticsV1 } from '@oblique/contracts';
import { AccessRefusedError, DatasetError } from '@oblique/datasets';
import { defineService, implement } from '@oblique/service';
import { bootstrapHandler } from './bootstrapHandler.js';
import { cardinalObliqueRatioHandler } from './cardinalObliqueRatioHandler.js';
import { depthTrendHandler } from './depthTrendHandler.js';
import { describeImagesHandler } from './describeImagesHandler.js';
import { extractPatchesHandler } from './extractPatchesHandler.js';
import { normaliseCurvesHandler } from './normaliseCurvesHandler.js';
import { principalComponentsHandler } from './principalComponentsHandler.js';

/** Turns measured sensitivities into curves, ratios and intervals. */
export const statisticsService = defineService({
  name: 'statistics',
  description:
    'Turns measured sensitivities into normalised curves, cardinal/oblique ratios, trends and intervals.',
  defaultPort: 7003,
  version: '1',
  errors: [
    [MalformedArrayError, 'INVALID_ARGUMENT'],
    [DatasetError, 'INVALID_ARGUMENT'],
    [AccessRefusedError, 'ACCESS_REFUSED'],
  ],
  register: ({ store }) =>
    Promise.resolve([
      implement(statisticsV1.StatisticsServiceService, {
        normaliseCurves: normaliseCurvesHandler(store),
        cardinalObliqueRatio: cardinalObliqueRatioHandler(store),
        depthTrend: depthTrendHandler(store),
        bootstrap: bootstrapHandler(),
        describeImages: describeImagesHandler(store),
        extractPatches: extractPatchesHandler(store),
        principalComponents: principalComponentsHandler(store),
      }),
    ]),
});
