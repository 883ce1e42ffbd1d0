import { checkLocation, type DataAccess } from '@oblique/datasets';

/** Parameters of analyses that name images, and what looks like a place wherever it stands. */
const NAMES_IMAGES = /dataset|photos|images|location|folder|path|file/iu;
const LOOKS_LIKE_A_PLACE = /[/\\]|^[.~]/u;
const NO_PLACE = new Set(['scenes', '']);

/**
 * Checks every place that the parameters of a run name, before any of its steps reads it: the steps run on this machine,
 * where the other services read whatever they can.
 * @throws AccessRefusedError
 */
export async function checkLocations(
  access: DataAccess | undefined,
  parameters: unknown,
  name = '',
): Promise<void> {
  if (access === undefined) return;
  if (typeof parameters === 'string') {
    if (NO_PLACE.has(parameters)) return;
    if (NAMES_IMAGES.test(name) || LOOKS_LIKE_A_PLACE.test(parameters))
      await checkLocation(access, parameters);
    return;
  }
  if (typeof parameters !== 'object' || parameters === null) return;
  for (const [key, value] of Object.entries(parameters))
    await checkLocations(access, value, Array.isArray(parameters) ? name : key);
}
