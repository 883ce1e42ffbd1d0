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

/** The class of a scene, an index of SCENE_CLASSES, without drawing it. */
export function sceneClass(index: number): number {
  return index % SCENE_CLASSES.length;
}
