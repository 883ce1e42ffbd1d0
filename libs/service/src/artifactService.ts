import type { ArtifactStore } from '@oblique/artifacts';
import { artifactV1 } from '@oblique/contracts';

import { readDigest, readProvenance, writeProvenance } from './artifactMessages.js';
import { clientStreaming, serverStreaming, unary } from './handlers.js';
import { implement, type Implementation } from './implement.js';
import { ServiceError } from './serviceError.js';
import { rechunk } from './rechunk.js';

/** oblique.artifact.v1.ArtifactService over a store: what every service serves. */
export function artifactService(store: ArtifactStore): Implementation {
  return implement(artifactV1.ArtifactServiceService, {
    putArtifact: clientStreaming(async (requests: AsyncIterable<artifactV1.PutArtifactRequest>) => {
      const parts = requests[Symbol.asyncIterator]();
      const first = await parts.next();
      const part = first.done === true ? undefined : first.value.part;
      if (part?.$case !== 'header') {
        throw new ServiceError('INVALID_ARGUMENT', 'The first message must be the header.', {
          field: 'header',
        });
      }
      const { kind } = part.value;
      if (kind === '') {
        throw new ServiceError(
          'INVALID_ARGUMENT',
          'header.kind is empty; say what the bytes are, e.g. "model.onnx".',
          {
            field: 'header.kind',
          },
        );
      }
      const provenance = readProvenance(part.value.provenance, 'header.provenance');
      return {
        artifact: await store.put(kind, chunksOf({ [Symbol.asyncIterator]: () => parts }), provenance),
      };
    }),

    getArtifact: serverStreaming(async function* ({ digest }: artifactV1.GetArtifactRequest) {
      for await (const chunk of rechunk(store.stream(readDigest(digest, 'digest')))) yield { chunk };
    }),

    describeArtifact: unary(async ({ digest }: artifactV1.DescribeArtifactRequest) => {
      const { artifact, provenance } = await store.describe(readDigest(digest, 'digest'));
      return { manifest: { artifact, provenance: writeProvenance(provenance) } };
    }),
  });
}

async function* chunksOf(
  parts: AsyncIterable<artifactV1.PutArtifactRequest>,
): AsyncGenerator<Uint8Array, void> {
  for await (const { part } of parts) {
    if (part?.$case !== 'chunk') {
      throw new ServiceError('INVALID_ARGUMENT', 'Every message after the first must be a chunk.', {
        field: 'chunk',
      });
    }
    yield part.value;
  }
}
