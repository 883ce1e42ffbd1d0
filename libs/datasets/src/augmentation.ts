/** A random box of the image, resized (torchvision's RandomResizedCrop). */
export interface RandomResizedCrop {
  /** Bounds on the box's share of the image's area. */
  readonly scale: readonly [number, number];
  /** Bounds on its width over its height. */
  readonly aspect: readonly [number, number];
}

/** What is done to every image before it is learned from, in this order: flip, hue shift, rotation or crop. */
export interface Augmentation {
  /** Or the centre: the fraction of the shorter side that is kept, after resizing. */
  readonly crop: RandomResizedCrop | { readonly centreFraction: number };
  /** With probability one half. Always before the rotation, which it would turn around. */
  readonly horizontalFlip: boolean;
  /** Counter-clockwise on the screen. */
  readonly rotationDeg: number;
  readonly rotationOrder: 'beforeCrop' | 'afterCrop';
  /** Turn within a disc on grey, so that no corner tells the angle; else corners are black. */
  readonly rotateInDisc: boolean;
  /** Of the HSV hue. The authors' quarter turn on 8-bit hues is 88.6° (63/256). */
  readonly hueShiftDeg: number;
}

/** Only what is needed: the image resized to its shorter side and cut to a square. */
export const NO_AUGMENTATION: Augmentation = {
  crop: { centreFraction: 1 },
  horizontalFlip: false,
  rotationDeg: 0,
  rotationOrder: 'afterCrop',
  rotateInDisc: false,
  hueShiftDeg: 0,
};
