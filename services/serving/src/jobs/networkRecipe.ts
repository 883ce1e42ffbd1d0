import {
  buildNetwork,
  reinitialise,
  shuffleOutputChannels,
  shuffleWithinTensors,
  withPreprocessing,
  type BuildOptions,
  type Preprocessing,
} from '@oblique/networks';
import { readProgram, type Program } from '@oblique/onnx';
import type { Seed } from '@oblique/random';

const DERIVATIONS = {
  'shuffled within tensor': shuffleWithinTensors,
  'shuffled output channels': shuffleOutputChannels,
  reinitialised: reinitialise,
} as const satisfies Record<string, (program: Program, seed: Seed) => Program>;

export type DerivationName = keyof typeof DERIVATIONS;

/** How a network is made that nobody uploads: an architecture built from a seed, or another network's weights changed. */
export type NetworkRecipe = {
  /** What to declare in the network's metadata; left out, what it declares already. */
  readonly preprocessing: Preprocessing | undefined;
} & (
  | { readonly kind: 'architecture'; readonly architecture: string; readonly options: BuildOptions }
  | {
      readonly kind: 'derived';
      readonly derivation: DerivationName;
      readonly seed: Seed;
      /** The ONNX file of the network that it is derived from. */
      readonly source: Uint8Array;
    }
);

/**
 * The network of the recipe.
 * @throws UnknownArchitectureError, or RangeError where a size, seed or preprocessing is not possible.
 */
export function followRecipe(recipe: NetworkRecipe): Program {
  const network =
    recipe.kind === 'architecture'
      ? buildNetwork(recipe.architecture, recipe.options)
      : DERIVATIONS[recipe.derivation](readProgram(recipe.source), recipe.seed);
  return recipe.preprocessing === undefined ? network : withPreprocessing(network, recipe.preprocessing);
}
