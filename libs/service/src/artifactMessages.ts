import {
  canonicalJson,
  parseDigest,
  type ArtifactRef,
  type Digest,
  type Json,
  type Provenance,
} from '@oblique/artifacts';
import type { artifactV1 } from '@oblique/contracts';

import { ServiceError } from './serviceError.js';

/** A digest out of a message. @throws ServiceError INVALID_ARGUMENT naming the field. */
export function readDigest(digest: string, field: string): Digest {
  try {
    return parseDigest(digest);
  } catch (cause) {
    const message = `${field} is ${JSON.stringify(digest)}; it must be "sha256:" and 64 hexadecimal digits.`;
    throw new ServiceError('INVALID_ARGUMENT', message, { field, cause });
  }
}

/** An artifact reference out of a message. @throws ServiceError INVALID_ARGUMENT naming the field. */
export function readArtifactRef(message: artifactV1.ArtifactRef | undefined, field: string): ArtifactRef {
  if (message === undefined) {
    throw new ServiceError('INVALID_ARGUMENT', `${field} is missing; it must refer to an artifact.`, {
      field,
    });
  }
  const { digest, kind, sizeBytes } = message;
  return { digest: readDigest(digest, `${field}.digest`), kind, sizeBytes };
}

/** A provenance out of a message. @throws ServiceError INVALID_ARGUMENT naming the field. */
export function readProvenance(message: artifactV1.Provenance | undefined, field: string): Provenance {
  if (message === undefined) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `${field} is missing; it must say how the artifact was made.`,
      {
        field,
      },
    );
  }
  return {
    step: message.step,
    version: message.version,
    parameters: readJson(message.parametersJson, `${field}.parameters_json`),
    inputs: message.inputs.map((input, index) => readArtifactRef(input, `${field}.inputs[${index}]`)),
  };
}

export function writeProvenance(provenance: Provenance): artifactV1.Provenance {
  return {
    step: provenance.step,
    version: provenance.version,
    parametersJson: canonicalJson(provenance.parameters),
    inputs: [...provenance.inputs],
  };
}

function readJson(text: string, field: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ServiceError('INVALID_ARGUMENT', `${field} is not JSON: ${String(cause)}`, { field, cause });
  }
}
