import { availableParallelism } from 'node:os';
import { MalformedArrayError, readNpy } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import {
  principalComponents,
  writePrincipalComponents,
  type Patches,
  type PrincipalComponents,
} from '@oblique/linear-learning';
import { Runtime } from '@oblique/runtime';
import {
  progressStream,
  readArtifactRef,
  serverStreaming,
  ServiceError,
  type ServerStreamingHandler,
} from '@oblique/service';
import { spectrumExponent } from './spectrumExponent.js';

/** PrincipalComponents: variances and components of patches as `pca.npz`, and the power law of the variances. */
export function principalComponentsHandler(
  store: ArtifactStore,
): ServerStreamingHandler<statisticsV1.PrincipalComponentsRequest, statisticsV1.PrincipalComponentsResponse> {
  return serverStreaming(async function* (request, { signal }) {
    const ref = readArtifactRef(request.patches, 'patches');
    const patches = readPatches(await store.get(ref.digest));
    const events = progressStream('principal components', 'patches', (onProgress) =>
      inRuntime((runtime) => principalComponents(patches, runtime, { signal, onProgress })),
    );
    for await (const event of events) {
      if (event.$case === 'progress') yield { event };
      else yield { event: { $case: 'result', value: await stored(store, ref, event.value) } };
    }
  });
}

async function inRuntime<Result>(use: (runtime: Runtime) => Promise<Result>): Promise<Result> {
  const runtime = await Runtime.start({
    device: 'cpu',
    workers: 1,
    threadsPerWorker: availableParallelism(),
  });
  try {
    return await use(runtime);
  } finally {
    await runtime.close();
  }
}

async function stored(
  store: ArtifactStore,
  patches: ArtifactRef,
  found: PrincipalComponents,
): Promise<statisticsV1.PrincipalComponentsResult> {
  const components = await store.put('pca.npz', writePrincipalComponents(found), {
    step: 'statistics.principal-components',
    version: '1',
    parameters: null,
    inputs: [patches],
  });
  const variance = [...found.variance];
  return { components, variance, ...spectrumExponent(variance) };
}

function readPatches(bytes: Uint8Array): Patches {
  try {
    const array = readNpy(bytes);
    if (array.dtype === 'float32' && array.shape.length === 2 && (array.shape[0] ?? 0) > 1) return array;
    throw new MalformedArrayError(
      `The patches are ${array.dtype} [${array.shape.join(', ')}]; float32 [patches, pixels] with two patches or more is needed.`,
    );
  } catch (cause) {
    if (!(cause instanceof MalformedArrayError)) throw cause;
    throw new ServiceError('INVALID_ARGUMENT', cause.message, { field: 'patches', cause });
  }
}
