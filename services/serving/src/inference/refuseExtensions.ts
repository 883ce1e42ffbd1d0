import type { inferenceV2 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';

/** Parameters of tensors that would give another answer than the one we give; others are hints. */
const EXTENSIONS = ['classification', 'shared_memory_region'];

/**
 * Refuses what a client asks for by a tensor's parameters and would not get.
 * @throws ServiceError INVALID_ARGUMENT that names the parameter.
 */
export function refuseExtensions(
  parameters: Readonly<Record<string, inferenceV2.InferParameter>>,
  field: string,
): void {
  const extension = EXTENSIONS.find((name) => Object.hasOwn(parameters, name));
  if (extension === undefined) return;
  throw new ServiceError('INVALID_ARGUMENT', `The extension ${extension} is not supported; leave it out.`, {
    field: `${field}.parameters.${extension}`,
  });
}
