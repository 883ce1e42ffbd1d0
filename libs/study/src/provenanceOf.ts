import { parseDigest, type ArtifactStore } from '@oblique/artifacts';
import type { ProvenanceStep } from '@oblique/report';

/** How these artifacts came to be, and all that they were made from: what stands in their manifests, inputs first. */
export async function provenanceOf(
  store: ArtifactStore,
  digests: Iterable<string>,
): Promise<ProvenanceStep[]> {
  const seen = new Set<string>();
  const steps: ProvenanceStep[] = [];
  const visit = async (digest: string): Promise<void> => {
    if (seen.has(digest)) return;
    seen.add(digest);
    const { artifact, provenance } = await store.describe(parseDigest(digest));
    for (const input of provenance.inputs) await visit(input.digest);
    steps.push({ ...provenance, output: artifact });
  };
  for (const digest of digests) await visit(digest);
  return steps;
}
