import { workerData } from 'node:worker_threads';
import { MalformedArrayError } from '@oblique/arrays';
import { openStore } from '@oblique/artifacts';
import { AccessRefusedError, DatasetError } from '@oblique/datasets';
import { serveHandlers } from '@oblique/service';
import { bootstrapHandler } from './bootstrapHandler.js';
import { cardinalObliqueRatioHandler } from './cardinalObliqueRatioHandler.js';
import { depthTrendHandler } from './depthTrendHandler.js';
import { describeImagesHandler } from './describeImagesHandler.js';
import { extractPatchesHandler } from './extractPatchesHandler.js';
import { normaliseCurvesHandler } from './normaliseCurvesHandler.js';
import { principalComponentsHandler } from './principalComponentsHandler.js';

// The entry of a thread in which the service's handlers compute; it is given where the store is.

const store = await openStore(workerData as string);

serveHandlers(
  {
    normaliseCurves: normaliseCurvesHandler(store),
    cardinalObliqueRatio: cardinalObliqueRatioHandler(store),
    depthTrend: depthTrendHandler(store),
    bootstrap: bootstrapHandler(),
    describeImages: describeImagesHandler(store),
    extractPatches: extractPatchesHandler(store),
    principalComponents: principalComponentsHandler(store),
  },
  [
    [MalformedArrayError, 'INVALID_ARGUMENT'],
    [DatasetError, 'INVALID_ARGUMENT'],
    [AccessRefusedError, 'ACCESS_REFUSED'],
  ],
);
