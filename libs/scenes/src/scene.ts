import { sceneClass } from './sceneClasses.js';
import type { SceneOptions } from './sceneOptions.js';

/** One synthetic image, and what it was made from. */
export interface Scene {
  /** RGB, [sizePixels, sizePixels, 3]. */
  readonly pixels: Uint8Array;
  /** Index of SCENE_CLASSES. */
  readonly classIndex: number;
  /** Of the object's stripes, in [0, π): 0 is horizontal, π/4 "/", π/2 vertical. */
  readonly objectOrientationRad: number;
  /** HSV hue of the object, in [0, 2π). */
  readonly objectHueRad: number;
}

/**
 * Draws a scene of the procedural world: a striped object before surfaces that occlude one another. A pure function of
 * its arguments. Class, orientation, hue and frequency are independent of one another.
 * @param options as `checkSceneOptions` lets pass
 * @param index 0 to options.count − 1
 */
export function scene(options: SceneOptions, index: number): Scene {
  const { sizePixels } = options;
  return {
    pixels: new Uint8Array(sizePixels * sizePixels * 3),
    classIndex: sceneClass(index),
    objectOrientationRad: 0,
    objectHueRad: 0,
  };
}
