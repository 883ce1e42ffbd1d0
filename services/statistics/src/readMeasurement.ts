import { MalformedArrayError } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore } from '@oblique/artifacts';
import type { artifactV1 } from '@oblique/contracts';
import { readArtifactRef, ServiceError } from '@oblique/service';
import { InvalidSensitivityError, readSensitivity, type Sensitivity } from '@oblique/statistics';

/**
 * The measurement that a request refers to.
 * @throws ServiceError INVALID_ARGUMENT where the reference is none or the artifact no sensitivity.npz
 * @throws ArtifactNotFoundError
 * @throws ArtifactCorruptError
 */
export async function readMeasurement(
  store: ArtifactStore,
  message: artifactV1.ArtifactRef | undefined,
  field: string,
): Promise<{ ref: ArtifactRef; sensitivity: Sensitivity }> {
  const ref = readArtifactRef(message, field);
  const bytes = await store.get(ref.digest);
  try {
    return { ref, sensitivity: readSensitivity(bytes, `${field} (${ref.digest})`) };
  } catch (cause) {
    if (cause instanceof MalformedArrayError || cause instanceof InvalidSensitivityError) {
      throw new ServiceError('INVALID_ARGUMENT', cause.message, { field, cause });
    }
    throw cause;
  }
}
