import {
  checks,
  difference,
  disc,
  intersection,
  moved,
  polygon,
  rim,
  roundedBox,
  star,
  union,
  type Shape,
} from './shapes.js';

/** What the object of a scene can be. Scene i is of class i mod 10, so that any run of scenes is balanced. */
export const SCENE_CLASSES = [
  'disc',
  'ring',
  'square',
  'frame',
  'bar',
  'cross',
  'triangle',
  'star',
  'crescent',
  'checkerboard',
] as const;

export type SceneClass = (typeof SCENE_CLASSES)[number];

/** The class of a scene, an index of SCENE_CLASSES, without drawing it. */
export function sceneClass(index: number): number {
  return index % SCENE_CLASSES.length;
}

/** A class's shape, which a circle of radius 1.3 contains. */
export const CLASS_SHAPES: Readonly<Record<SceneClass, Shape>> = {
  disc: disc(1),
  ring: rim(disc(0.78), 0.25),
  square: roundedBox(0.9, 0.9),
  frame: rim(roundedBox(0.72, 0.72), 0.22),
  bar: roundedBox(1.25, 0.42),
  cross: union(roundedBox(1.1, 0.36), roundedBox(0.36, 1.1)),
  triangle: polygon(3, 0.62),
  star: star(5, 1.25, 0.52),
  crescent: difference(disc(1.05), moved(disc(0.8), 0, 0.55)),
  checkerboard: intersection(roundedBox(0.99, 0.99), checks(0.66)),
};
