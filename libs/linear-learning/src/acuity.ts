import {
  cyclesPerPixel,
  frequencySensitivity,
  gratingFrequency,
  thresholdOf,
} from './frequencySensitivity.js';

/** f of the lowest grating looked at, half a cycle over the image, and the step of the search (the authors' notebook of Fig. 5h). */
const LOWEST_FREQUENCY = 1;
const SEARCH_STEP = 0.05;
const NYQUIST_CYCLES_PER_PIXEL = 0.5;

/**
 * The highest frequency whose threshold is below `threshold`: found on a grid of the search's step from the Nyquist
 * frequency downwards, then by bisection. 0 where no threshold is that low, the Nyquist frequency where all up to it are.
 */
export function acuityCyclesPerPixel(kernel: Float64Array, threshold: number): number {
  const columns = Math.sqrt(kernel.length);
  const resolved = (frequency: number): boolean => isResolved(kernel, frequency, columns, threshold);
  const highest = gratingFrequency(NYQUIST_CYCLES_PER_PIXEL, columns);
  if (resolved(highest)) return NYQUIST_CYCLES_PER_PIXEL;
  const steps = Math.ceil((highest - LOWEST_FREQUENCY) / SEARCH_STEP);
  for (let index = 1; index <= steps; index++) {
    let low = Math.max(LOWEST_FREQUENCY, highest - index * SEARCH_STEP);
    if (!resolved(low)) continue;
    let high = highest - (index - 1) * SEARCH_STEP;
    for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
      if (resolved(middle)) low = middle;
      else high = middle;
    }
    return cyclesPerPixel(low, columns);
  }
  return 0;
}

/**
 * Acuity as the authors' code searches it: upwards from the previous answer in steps of 0.05 of f until a threshold is
 * too high, so that it never falls. Up to the Nyquist frequency.
 * @param previous the answer at the last recorded step, 0 at first
 */
export function searchedAcuityCyclesPerPixel(
  kernel: Float64Array,
  threshold: number,
  previous: number,
): number {
  const columns = Math.sqrt(kernel.length);
  const highest = gratingFrequency(NYQUIST_CYCLES_PER_PIXEL, columns);
  const start = Math.max(LOWEST_FREQUENCY, gratingFrequency(previous, columns));
  let steps = 0;
  while (
    start + steps * SEARCH_STEP <= highest &&
    isResolved(kernel, start + steps * SEARCH_STEP, columns, threshold)
  ) {
    steps += 1;
  }
  return steps === 0 ? previous : cyclesPerPixel(start + (steps - 1) * SEARCH_STEP, columns);
}

function isResolved(kernel: Float64Array, frequency: number, columns: number, threshold: number): boolean {
  return thresholdOf(frequencySensitivity(kernel, cyclesPerPixel(frequency, columns))) < threshold;
}
