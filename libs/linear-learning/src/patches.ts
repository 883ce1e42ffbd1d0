import type { NdArray } from '@oblique/arrays';

/** Square grey patches, [patches, pixels], row by row from the upper left. */
export type Patches = NdArray<'float32'>;

/** Principal components of patches: what a `pca.npz` artifact holds. */
export interface PrincipalComponents {
  /** [pixels], falling: the mean square of each component over the centred patches (divided by their number). */
  readonly variance: Float64Array;
  /** [pixels, pixels], one component a row, of length 1. */
  readonly components: Float64Array;
  /** [pixels], what was subtracted from the patches. */
  readonly mean: Float64Array;
  /** [pixels, pixels], the mean of x xᵀ over the centred patches. */
  readonly secondMoment: Float64Array;
}
