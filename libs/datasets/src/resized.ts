import type { Box, Picture } from './picture.js';

/** What every output pixel of one axis is made of: `count` weights from `weights[start]` on, of inputs from `first` on. */
interface Kernel {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly widest: number;
  readonly weights: Float64Array;
}

/**
 * A picture resized to `size`, of which only `window` is computed: bilinear, widened to the scale where it shrinks
 * (antialiased), in floating point throughout. This is torchvision's `resize` of float tensors, which agrees with
 * Pillow's on 8 bits up to rounding.
 */
export function resized(
  picture: Picture,
  size: { readonly width: number; readonly height: number },
  window: Box = { left: 0, top: 0, ...size },
): Picture {
  if (size.width === picture.width && size.height === picture.height) {
    const whole = window.width === size.width && window.height === size.height;
    if (whole) return picture;
  }
  const across = kernelOf(picture.width, size.width, window.left, window.width);
  const down = kernelOf(picture.height, size.height, window.top, window.height);
  const firstRow = down.first[0] ?? 0;
  const last = window.height - 1;
  const rows = (down.first[last] ?? 0) + (down.count[last] ?? 0) - firstRow;

  const narrow = new Float32Array(rows * window.width * 3);
  for (let row = 0, target = 0; row < rows; row++) {
    const line = (firstRow + row) * picture.width;
    for (let x = 0; x < window.width; x++, target += 3) {
      const start = x * across.widest;
      let source = (line + (across.first[x] ?? 0)) * 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = start, end = start + (across.count[x] ?? 0); tap < end; tap++, source += 3) {
        const weight = across.weights[tap] ?? 0;
        red += weight * (picture.data[source] ?? 0);
        green += weight * (picture.data[source + 1] ?? 0);
        blue += weight * (picture.data[source + 2] ?? 0);
      }
      narrow[target] = red;
      narrow[target + 1] = green;
      narrow[target + 2] = blue;
    }
  }

  const stride = window.width * 3;
  const data = new Float32Array(window.height * stride);
  for (let y = 0; y < window.height; y++) {
    const first = (down.first[y] ?? 0) - firstRow;
    const taps = down.weights.subarray(y * down.widest, y * down.widest + (down.count[y] ?? 0));
    for (let column = 0; column < stride; column++) {
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) {
        sum += (taps[tap] ?? 0) * (narrow[(first + tap) * stride + column] ?? 0);
      }
      data[y * stride + column] = sum;
    }
  }
  return { data, width: window.width, height: window.height };
}

/** Triangle weights of `outputs` pixels from `offset` on, of an axis resized from `from` to `to` pixels. */
function kernelOf(from: number, to: number, offset: number, outputs: number): Kernel {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const widest = Math.ceil(reach) * 2 + 1;
  const kernel: Kernel = {
    first: new Int32Array(outputs),
    count: new Int32Array(outputs),
    widest,
    weights: new Float64Array(outputs * widest),
  };
  for (let output = 0; output < outputs; output++) {
    const centre = (offset + output + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const count = Math.min(from, Math.floor(centre + reach + 0.5)) - first;
    let total = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / reach));
      kernel.weights[output * widest + tap] = weight;
      total += weight;
    }
    for (let tap = 0; tap < count; tap++) {
      const at = output * widest + tap;
      kernel.weights[at] = (kernel.weights[at] ?? 0) / total;
    }
    kernel.first[output] = first;
    kernel.count[output] = count;
  }
  return kernel;
}
