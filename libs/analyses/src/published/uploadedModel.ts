import { readFile } from 'node:fs/promises';
import type { servingV1 } from '@oblique/contracts';
import { receivedRef, type Services } from '@oblique/study';
import type { Step } from '@oblique/workflow';
import type { PublishedNetwork } from './ocrModels.js';

const CHUNK_BYTES = 2 ** 20;

/** The step that brings a published network to the serving service. */
export function uploadedModel(
  id: string,
  { label, fileName, sha256, path }: PublishedNetwork,
  { serving }: Services,
): Step {
  return {
    id,
    description: `reading the ${label}`,
    step: 'serving.upload-model',
    version: '1',
    parameters: { fileName, sha256 },
    needs: [],
    cost: 0.2,
    run: async ({ signal }) => {
      const bytes = await readFile(path);
      const { model } = await serving.addModel(requestsOf(fileName, bytes), { signal });
      return { results: [receivedRef(model?.artifact, 'a model')] };
    },
  };
}

function* requestsOf(fileName: string, bytes: Uint8Array): Generator<servingV1.AddModelRequest> {
  const source = { $case: 'upload' as const, value: { fileName } };
  const header = { name: '', replace: false, preprocessing: undefined, source };
  yield { part: { $case: 'header', value: header } };
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
    yield { part: { $case: 'chunk', value: bytes.subarray(start, start + CHUNK_BYTES) } };
}
