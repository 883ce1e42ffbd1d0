import type { RandomStream } from '@oblique/random';
import type { RandomResizedCrop } from './augmentation.js';
import type { Box } from './picture.js';

const ATTEMPTS = 10;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The box of torchvision's RandomResizedCrop (`get_params`): area uniform, aspect log-uniform; after ten that do not
 * fit, the centre with the aspect nearest to what is allowed.
 */
export function randomBox({ width, height }: Size, crop: RandomResizedCrop, random: RandomStream): Box {
  const [logLow, logHigh] = [Math.log(crop.aspect[0]), Math.log(crop.aspect[1])];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * (crop.scale[0] + (crop.scale[1] - crop.scale[0]) * random.uniform());
    const aspect = Math.exp(logLow + (logHigh - logLow) * random.uniform());
    const boxWidth = Math.round(Math.sqrt(area * aspect));
    const boxHeight = Math.round(Math.sqrt(area / aspect));
    if (boxWidth < 1 || boxHeight < 1 || boxWidth > width || boxHeight > height) continue;
    const top = random.integer(height - boxHeight + 1);
    const left = random.integer(width - boxWidth + 1);
    return { left, top, width: boxWidth, height: boxHeight };
  }
  const aspect = Math.min(Math.max(width / height, crop.aspect[0]), crop.aspect[1]);
  const boxWidth = aspect < width / height ? Math.max(1, Math.round(height * aspect)) : width;
  const boxHeight = aspect > width / height ? Math.max(1, Math.round(width / aspect)) : height;
  return {
    left: Math.floor((width - boxWidth) / 2),
    top: Math.floor((height - boxHeight) / 2),
    width: boxWidth,
    height: boxHeight,
  };
}

/**
 * The size to resize to and the square to cut of it, as torchvision's Resize(size / fraction) and CenterCrop(size).
 * @param fraction of the shorter side that is kept
 */
export function centreBox(
  { width, height }: Size,
  fraction: number,
  size: number,
): { size: Size; window: Box } {
  const shorter = Math.max(size, Math.round(size / fraction));
  const longer = Math.trunc((shorter * Math.max(width, height)) / Math.min(width, height));
  const target = width < height ? { width: shorter, height: longer } : { width: longer, height: shorter };
  return {
    size: target,
    window: {
      left: roundToEven((target.width - size) / 2),
      top: roundToEven((target.height - size) / 2),
      width: size,
      height: size,
    },
  };
}

/** Python's rounding, of which torchvision's crop is made. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
