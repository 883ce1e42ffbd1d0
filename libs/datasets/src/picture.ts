/** An RGB image while it is worked on: [height, width, 3], 0 black to 255. */
export interface Picture {
  readonly data: Uint8Array | Float32Array;
  readonly width: number;
  readonly height: number;
}

/** A box of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The picture mirrored left to right. */
export function flipped({ data, width, height }: Picture): Picture {
  const result = data.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + (width - 1 - x)) * 3;
      const target = (y * width + x) * 3;
      result[target] = data[source] ?? 0;
      result[target + 1] = data[source + 1] ?? 0;
      result[target + 2] = data[source + 2] ?? 0;
    }
  }
  return { data: result, width, height };
}

/** The pixels within a box. */
export function cut({ data, width }: Picture, box: Box): Picture {
  const result =
    data instanceof Uint8Array
      ? new Uint8Array(box.width * box.height * 3)
      : new Float32Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * width + box.left) * 3;
    result.set(data.subarray(start, start + box.width * 3), y * box.width * 3);
  }
  return { data: result, width: box.width, height: box.height };
}
