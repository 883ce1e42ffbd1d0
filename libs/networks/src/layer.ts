/** Metadata key of a program under which its layers are declared: JSON, a list of {name, tensor} by depth. */
export const LAYERS_KEY = 'oblique.layers';

/** A layer: activations of a network that are measured under one name. */
export interface Layer {
  /** What it is called in results; unique in its program. */
  readonly name: string;
  /** The tensor of the program. */
  readonly tensor: string;
  /** Operator that makes it. */
  readonly operator: string;
}
