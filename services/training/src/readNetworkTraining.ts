import type { ArtifactRef } from '@oblique/artifacts';

export interface NetworkPlan {
  readonly kind: 'network';
  readonly start: { readonly kind: 'model'; readonly model: ArtifactRef } | { readonly kind: 'architecture' };
}
