/** What is to be learned from an image. */
export type Task =
  /** Its class. */
  | { readonly kind: 'class' }
  /** By how much it was tilted: bins over ±24°, jittered within a bin, in a disc on grey. */
  | { readonly kind: 'tilt'; readonly bins: number }
  /** By how much its hue was turned: bins over ±40°, jittered within a bin. */
  | { readonly kind: 'hueTurn'; readonly bins: number }
  /** The orientation of its object (scenes only), after the augmentation's rotation. */
  | { readonly kind: 'objectOrientation'; readonly bins: number }
  /** The image itself. */
  | { readonly kind: 'reconstruction' };
