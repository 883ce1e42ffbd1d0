/** An 8-bit colour image. */
export interface RgbImage {
  /** RGB, [height, width, 3]. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The mean of the three channels, 0 to 1, [height, width]. */
export function grey({ pixels, width, height }: RgbImage): Float32Array {
  const values = new Float32Array(width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const place = 3 * pixel;
    values[pixel] = ((pixels[place] ?? 0) + (pixels[place + 1] ?? 0) + (pixels[place + 2] ?? 0)) / 765;
  }
  return values;
}
