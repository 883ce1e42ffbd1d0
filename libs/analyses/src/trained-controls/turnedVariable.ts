import type { TaskName } from './task.js';

/** What is turned in the world that a network learns from, and what its sensitivity is measured to. */
export interface TurnedVariable {
  readonly name: 'orientation' | 'hue';
  /** What a world turned by nothing is called. */
  readonly original: string;
  /** What an angle does to a world, as in "rotated by 45°". */
  readonly turned: string;
  readonly periodDeg: number;
  /**
   * Period of the embedded scenes' prior: turns of their world that differ by it are the same world, and shifts can be
   * told apart within it only.
   */
  readonly priorPeriodDeg: number;
  /** Concentration of that prior in the natural world. */
  readonly naturalConcentration: number;
  /** Where the world as it is has most of the variable, and where it has least. */
  readonly commonDeg: readonly number[];
  readonly rareDeg: readonly number[];
  /** What those two are called. */
  readonly common: string;
  readonly rare: string;
  readonly halfWidthDeg: number;
  /** Tasks that need the variable: first for scenes, then for photographs. */
  readonly scenesTask: TaskName;
  readonly photographsTask: TaskName;
  /** Turns of the worlds in degrees; the last exchanges common and rare. */
  readonly turnsDeg: readonly number[];
}

export const ORIENTATION: TurnedVariable = {
  name: 'orientation',
  original: 'upright',
  turned: 'rotated by',
  periodDeg: 180,
  priorPeriodDeg: 90,
  naturalConcentration: 0.7,
  commonDeg: [0, 90],
  rareDeg: [45, 135],
  common: 'cardinal',
  rare: 'oblique',
  halfWidthDeg: 10,
  scenesTask: 'object-orientation',
  photographsTask: 'tilt',
  turnsDeg: [0, 22.5, 45],
};

export const HUE: TurnedVariable = {
  name: 'hue',
  original: 'original hue',
  turned: 'hue turned by',
  periodDeg: 360,
  priorPeriodDeg: 180,
  naturalConcentration: 1,
  commonDeg: [30, 210],
  rareDeg: [120, 300],
  common: 'orange and blue',
  rare: 'green and purple',
  halfWidthDeg: 30,
  scenesTask: 'hue-turn',
  photographsTask: 'hue-turn',
  turnsDeg: [0, 90],
};
