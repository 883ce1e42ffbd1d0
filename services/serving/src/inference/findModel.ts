import { ServiceError } from '@oblique/service';
import type { InferenceContext, ServedModel } from './inferenceContext.js';

const MAXIMUM_NAMES = 20;

/**
 * The model of this name and version. A model has one version, its digest; the empty version stands for it too.
 * @throws ServiceError UNKNOWN_MODEL that lists the names, or the version, that there are.
 */
export async function findModel(
  { models }: InferenceContext,
  name: string,
  version: string,
  fields: { readonly name: string; readonly version: string },
): Promise<ServedModel> {
  const model = await models.find(name);
  if (model === undefined) {
    const names = await models.list();
    const some = names.slice(0, MAXIMUM_NAMES).join(', ') + (names.length > MAXIMUM_NAMES ? ', …' : '');
    throw new ServiceError(
      'UNKNOWN_MODEL',
      `There is no model ${JSON.stringify(name)}; ${names.length === 0 ? 'none is registered.' : `there are ${some}.`}`,
      { field: fields.name },
    );
  }
  if (version !== '' && version !== model.digest) {
    throw new ServiceError(
      'UNKNOWN_MODEL',
      `Model ${name} has no version ${JSON.stringify(version)}; its version is ${model.digest}. Leave it out to use that.`,
      { field: fields.version },
    );
  }
  return model;
}
