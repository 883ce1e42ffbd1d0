import { parseDigest, type ArtifactRef, type Digest, type Manifest } from './artifact.js';
import { parseJson, type Json } from './json.js';

/**
 * Reads a manifest's text, trusting nothing in it.
 * @throws Error where it is no manifest of this artifact
 */
export function parseManifest(text: string, digest: Digest): Manifest {
  const manifest = members(parseJson(text), 'the manifest');
  const artifact = parseRef(manifest['artifact'], 'artifact');
  if (artifact.digest !== digest) throw new TypeError(`It describes ${artifact.digest}, not ${digest}.`);
  const provenance = members(manifest['provenance'], 'provenance');
  const inputs = provenance['inputs'];
  if (!Array.isArray(inputs)) throw new TypeError('"provenance.inputs" is no list.');
  return {
    artifact,
    provenance: {
      step: string(provenance['step'], 'provenance.step'),
      version: string(provenance['version'], 'provenance.version'),
      parameters: provenance['parameters'] ?? null,
      inputs: inputs.map((input: Json, index) => parseRef(input, `provenance.inputs[${index}]`)),
    },
    createdAt: string(manifest['createdAt'], 'createdAt'),
  };
}

function parseRef(value: Json | undefined, path: string): ArtifactRef {
  const ref = members(value, path);
  const sizeBytes = ref['sizeBytes'];
  if (typeof sizeBytes !== 'number') throw new TypeError(`"${path}.sizeBytes" is no number.`);
  return {
    digest: parseDigest(string(ref['digest'], `${path}.digest`)),
    kind: string(ref['kind'], `${path}.kind`),
    sizeBytes,
  };
}

function members(value: Json | undefined, path: string): { readonly [key: string]: Json } {
  if (typeof value !== 'object' || value === null || isList(value))
    throw new TypeError(`"${path}" is no object.`);
  return value;
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function string(value: Json | undefined, path: string): string {
  if (typeof value !== 'string') throw new TypeError(`"${path}" is no text.`);
  return value;
}
