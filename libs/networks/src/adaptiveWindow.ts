/** A pooling window on a square map: size and step in pixels. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
}

/**
 * The one window with which average pooling gives what PyTorch's adaptive average pooling gives, whose output i is
 * the mean over [⌊i·from/to⌋, ⌈(i+1)·from/to⌉).
 * @throws RangeError where those ranges are not equally long and equally spaced.
 */
export function adaptiveWindow(from: number, to: number): Window {
  const start = (index: number): number => Math.floor((index * from) / to);
  const end = (index: number): number => Math.ceil(((index + 1) * from) / to);
  const kernel = end(0);
  const stride = to > 1 ? start(1) : 1;
  for (let index = 0; index < to; index++) {
    if (start(index) !== index * stride || end(index) !== index * stride + kernel) {
      throw new RangeError(
        `Adaptive average pooling from ${from} to ${to} pixels has windows of unequal size or spacing; ` +
          `choose an inputSizePixels with which one of the two divides the other (as with the default).`,
      );
    }
  }
  return { kernel, stride };
}
