/** A pooling window on a square map: size, step and margin in pixels. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/**
 * The one window with which average pooling gives what PyTorch's adaptive average pooling gives, whose output i is
 * the mean over [⌊i·from/to⌋, ⌈(i+1)·from/to⌉).
 * @throws RangeError where those ranges are not equally long and equally spaced.
 */
export function adaptiveWindow(from: number, to: number): Window {
  // One pixel spread over all outputs: every window sees it and else only margin, which the mean leaves out.
  if (from === 1) return { kernel: to, stride: 1, pad: to - 1 };
  const start = (index: number): number => Math.floor((index * from) / to);
  const end = (index: number): number => Math.ceil(((index + 1) * from) / to);
  const kernel = end(0);
  const stride = to > 1 ? start(1) : 1;
  for (let index = 0; index < to; index++) {
    if (start(index) !== index * stride || end(index) !== index * stride + kernel) {
      throw new RangeError(
        `Adaptive average pooling from ${from} to ${to} pixels has windows of unequal size or spacing; ` +
          `choose an inputSizePixels with which ${to} divides the size before it (as the default does).`,
      );
    }
  }
  return { kernel, stride, pad: 0 };
}
