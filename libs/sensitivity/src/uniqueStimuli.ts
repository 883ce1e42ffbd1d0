import {
  checkStretchable,
  type GridPoints,
  type Point,
  type StimulusFamily,
  type Stretch,
} from '@oblique/stimuli';
import type { TimeSlices } from './timeSlices.js';

/** The different stimuli of a grid. */
export interface UniqueStimuli {
  readonly count: number;
  /** The representative of the stimulus of this index. */
  at(index: number): Point;
  /** For every point of the grid the index of its stimulus. */
  readonly indices: Uint32Array;
}

/**
 * The stimuli of a grid that are different, found in time slices: a million points take seconds. What is kept of each
 * is a number, and points are made again when they are needed.
 * @throws StretchError at the first that cannot be stretched; the slices' signal's reason
 */
export async function uniqueStimuli(
  family: StimulusFamily,
  points: GridPoints,
  stretch: Stretch,
  slices: TimeSlices,
): Promise<UniqueStimuli> {
  const known = new Map<string, number>();
  const firsts: number[] = [];
  const indices = new Uint32Array(points.count);
  for (let index = 0; index < points.count; index += 1) {
    const canonical = family.canonical(points.at(index));
    const key = Object.values(canonical).join();
    let stimulus = known.get(key);
    if (stimulus === undefined) {
      checkStretchable(family, stretch, canonical);
      stimulus = firsts.push(index) - 1;
      known.set(key, stimulus);
    }
    indices[index] = stimulus;
    await slices.breathe();
  }
  return {
    count: firsts.length,
    at(index) {
      const first = firsts[index];
      if (first === undefined)
        throw new RangeError(`There are ${firsts.length} stimuli, none of index ${index}.`);
      return family.canonical(points.at(first));
    },
    indices,
  };
}
