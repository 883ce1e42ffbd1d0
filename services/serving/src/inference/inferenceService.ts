import { readFileSync } from 'node:fs';
import { inferenceV2 } from '@oblique/contracts';
import { implement, type Implementation } from '@oblique/service';
import type { InferenceContext } from './inferenceContext.js';
import { modelInfer } from './modelInfer.js';
import { modelMetadata } from './modelMetadata.js';
import { modelReady } from './modelReady.js';
import { serverLive } from './serverLive.js';
import { serverMetadata } from './serverMetadata.js';
import { serverReady } from './serverReady.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The Open Inference Protocol (KServe v2) over these models, so that its clients can run them. */
export function inferenceService(context: InferenceContext): Implementation {
  return implement(inferenceV2.GRPCInferenceServiceService, {
    serverLive: serverLive(),
    serverReady: serverReady(context),
    modelReady: modelReady(context),
    serverMetadata: serverMetadata({ name: 'oblique', version }),
    modelMetadata: modelMetadata(context),
    modelInfer: modelInfer(context),
  });
}
