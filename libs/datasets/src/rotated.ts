import type { Picture } from './picture.js';

/** Grey of the surround of {@link rotatedInDisc}. */
const GREY = 127.5;

/**
 * The picture turned about its centre, counter-clockwise on the screen, bilinear; what comes from outside is black.
 * This is torchvision's `rotate` of float tensors with bilinear interpolation.
 */
export function rotated(picture: Picture, angleDeg: number): Picture {
  const { data, width, height } = picture;
  const result = new Float32Array(width * height * 3);
  const { cosine, sine } = turn(angleDeg);
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target += 3) {
      const sourceX = cosine * (x - centreX) - sine * (y - centreY) + centreX;
      const sourceY = sine * (x - centreX) + cosine * (y - centreY) + centreY;
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      for (let corner = 0; corner < 4; corner++) {
        const column = left + (corner & 1);
        const row = top + (corner >> 1);
        if (column < 0 || column >= width || row < 0 || row >= height) continue;
        const weight = (1 - Math.abs(sourceX - column)) * (1 - Math.abs(sourceY - row));
        const source = (row * width + column) * 3;
        result[target] = (result[target] ?? 0) + weight * (data[source] ?? 0);
        result[target + 1] = (result[target + 1] ?? 0) + weight * (data[source + 1] ?? 0);
        result[target + 2] = (result[target + 2] ?? 0) + weight * (data[source + 2] ?? 0);
      }
    }
  }
  return { data: result, width, height };
}

/**
 * As {@link rotated}, within the largest disc whose every pixel has a source, on grey; the disc's edge is one pixel
 * wide. No corner and no border tells the angle.
 */
export function rotatedInDisc(picture: Picture, angleDeg: number): Picture {
  const { width, height } = picture;
  const result = rotated(picture, angleDeg);
  const radius = Math.min(width, height) / 2 - 1;
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target += 3) {
      const distance = Math.hypot(x - (width - 1) / 2, y - (height - 1) / 2);
      const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
      for (let channel = target; channel < target + 3; channel++) {
        result.data[channel] = share * (result.data[channel] ?? 0) + (1 - share) * GREY;
      }
    }
  }
  return result;
}

/** Exact at quarter turns, where the sine of a rounded π would let black in at the border. */
function turn(angleDeg: number): { cosine: number; sine: number } {
  const quarters = angleDeg / 90;
  if (Number.isInteger(quarters)) {
    const quarter = ((quarters % 4) + 4) % 4;
    return { cosine: [1, 0, -1, 0][quarter] ?? 1, sine: [0, 1, 0, -1][quarter] ?? 0 };
  }
  const angle = (angleDeg * Math.PI) / 180;
  return { cosine: Math.cos(angle), sine: Math.sin(angle) };
}
