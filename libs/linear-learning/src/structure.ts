/** Element type in which a network learns. */
export type Precision = 'float32' | 'float64';

/** What a linear autoencoder is made of. */
export interface Structure {
  /** Matrices; of no meaning where `tied`. */
  readonly depth: number;
  /** One matrix W used as Wᵀ W. */
  readonly tied: boolean;
  readonly pixels: number;
}

/** Names of the matrices: W1 is applied first. */
export function weightNames({ depth, tied }: Structure): string[] {
  return Array.from({ length: tied ? 1 : depth }, (_, layer) => `W${layer + 1}`);
}
