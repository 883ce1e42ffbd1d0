import { IMAGENET, readPreprocessing, type Preprocessing } from '@oblique/networks';
import type { Program } from '@oblique/onnx';
import type { MeasuredStimulus } from '@oblique/sensitivity';
import { findFamily, type GridAxis } from '@oblique/stimuli';

/** What may not be as whoever asked for a measurement takes it to be. */
export function measurementWarnings(
  network: Program,
  stimulus: MeasuredStimulus,
  grid: readonly GridAxis[],
): string[] {
  return [...preprocessingWarnings(network, stimulus), ...windowWarnings(stimulus, grid)];
}

function preprocessingWarnings(network: Program, { input }: MeasuredStimulus): string[] {
  const declared = readPreprocessing(network);
  if (declared === undefined || input === 'model') return [];
  if (isSame(declared, input === 'imagenet' ? IMAGENET : AS_IT_IS)) return [];
  const fed = input === 'imagenet' ? "normalised with ImageNet's mean and deviation" : 'as they are';
  const { channelOrder, scale, mean, std } = declared;
  return [
    `The network declares its own preprocessing (${channelOrder}, (x · ${scale} − [${mean.join(', ')}]) / ` +
      `[${std.join(', ')}]), but images are fed ${fed}. With the input "model" they are fed as it declares.`,
  ];
}

const AS_IT_IS: Preprocessing = { channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

function isSame(a: Preprocessing, b: Preprocessing): boolean {
  const equal = (left: readonly number[], right: readonly number[]): boolean =>
    left.every((value, index) => value === right[index]);
  return (
    a.channelOrder === b.channelOrder && a.scale === b.scale && equal(a.mean, b.mean) && equal(a.std, b.std)
  );
}

/** A window or disc whose radius is more than half of the image is not seen whole. */
function windowWarnings(
  { family, parameters, widthPixels, heightPixels }: MeasuredStimulus,
  grid: readonly GridAxis[],
): string[] {
  const half = Math.min(widthPixels, heightPixels) / 2;
  return findFamily(family).parameters.flatMap(({ name, unit, default: usual }) => {
    if (unit !== 'pixel') return [];
    const values = grid.find(({ parameter }) => parameter === name)?.values ?? [parameters[name] ?? usual];
    const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
    if (largest <= half) return [];
    return [
      `${name} is ${largest} pixels in images of ${widthPixels} × ${heightPixels}: more than half of them, so that the ` +
        'stimulus is cut off by the edge.',
    ];
  });
}
