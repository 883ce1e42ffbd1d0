import { randomStream, type RandomStream } from '@oblique/random';
import { hueQuantile, orientationQuantile } from './priors.js';
import { CLASS_SHAPES, SCENE_CLASSES, sceneClass } from './sceneClasses.js';
import type { SceneOptions } from './sceneOptions.js';
import { enlarged, roundedBox } from './shapes.js';
import { Stripes } from './stripes.js';
import { colourOf, NARROWEST_EDGE_PIXELS, paint, type Surface } from './surface.js';

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

const SURFACES = 9;
/** Of the image's size: farther away, a surface of radius 0 would lie outside. */
const HALF_DIAGONAL = Math.SQRT1_2;

/**
 * Draws a scene of the procedural world: a striped object before surfaces that occlude one another. A pure function of
 * its arguments. Class, orientation, hue and frequency are independent of one another.
 * @param options as `checkSceneOptions` lets pass
 * @param index 0 to options.count − 1
 */
export function scene(options: SceneOptions, index: number): Scene {
  const { sizePixels } = options;
  const random = randomStream(options.seed, 'scenes', index);
  const canvas = new Float32Array(sizePixels * sizePixels * 3);
  const light = { level: between(random, 0.4, 0.65), range: between(random, 0.4, 1) };
  paint(canvas, sizePixels, ground(options, random, light));
  for (let painted = 0; painted < SURFACES; painted++) {
    const surface = patch(options, random, light);
    if (surface !== undefined) paint(canvas, sizePixels, surface);
  }
  const classIndex = sceneClass(index);
  const { object, outline, hueRad } = objectOf(options, random, light, classIndex);
  paint(canvas, sizePixels, outline);
  paint(canvas, sizePixels, object);
  return {
    pixels: inBytes(canvas),
    classIndex,
    objectOrientationRad: object.orientationRad % Math.PI,
    objectHueRad: hueRad,
  };
}

/** How bright the surfaces of a scene are, and by how much they differ. */
interface Light {
  readonly level: number;
  readonly range: number;
}

type Material = Pick<
  Surface,
  'orientationRad' | 'colour' | 'brightness' | 'contrast' | 'bendPerPixel' | 'edgeWidthPixels'
>;

function material(options: SceneOptions, random: RandomStream, light: Light): Material & { hueRad: number } {
  const hueRad = hueQuantile(options.hue, random.uniform());
  // Edges between evenly lit surfaces fall steeply with frequency; a whiter world has fewer of them.
  const flatness = Math.min(1, options.frequency.exponent);
  return {
    hueRad,
    orientationRad: orientationQuantile(options.orientation, random.uniform()),
    colour: colourOf(hueRad, between(random, 0.1, 0.95)),
    brightness: light.level + flatness * light.range * between(random, -0.4, 0.4),
    contrast: light.range * between(random, 0.05, 0.35),
    bendPerPixel: (between(random, -1, 1) * 0.3) / options.sizePixels,
    edgeWidthPixels: edgeWidth(options, random),
  };
}

function ground(options: SceneOptions, random: RandomStream, light: Light): Surface {
  const { sizePixels } = options;
  return {
    ...material(options, random, light),
    shape: roundedBox(sizePixels, sizePixels),
    radiusPixels: sizePixels,
    centreXPixels: 0,
    centreYPixels: 0,
    stripes: texture(options, random, HALF_DIAGONAL * sizePixels),
  };
}

/** A surface somewhere around the image; undefined where it lies outside. */
function patch(options: SceneOptions, random: RandomStream, light: Light): Surface | undefined {
  const { sizePixels } = options;
  // Density ∝ radius ^ −2 from 1/10 to 1/2 of the size: many small ones, as of things in the world.
  const radius = sizePixels / between(random, 2, 10);
  const elongation = Math.sqrt(between(random, 1, 4));
  const halfLength = radius * elongation;
  const halfWidth = radius / elongation;
  const radiusPixels = Math.hypot(halfLength, halfWidth);
  const distance = Math.sqrt(random.uniform()) * (HALF_DIAGONAL * sizePixels + radiusPixels);
  const direction = between(random, 0, 2 * Math.PI);
  const centreXPixels = distance * Math.cos(direction);
  const centreYPixels = distance * Math.sin(direction);
  if (Math.max(Math.abs(centreXPixels), Math.abs(centreYPixels)) > sizePixels / 2 + radiusPixels)
    return undefined;
  return {
    ...material(options, random, light),
    shape: roundedBox(halfLength, halfWidth, halfWidth * between(random, 0, 0.5)),
    radiusPixels,
    centreXPixels,
    centreYPixels,
    stripes: texture(options, random, radiusPixels),
  };
}

function objectOf(
  options: SceneOptions,
  random: RandomStream,
  light: Light,
  classIndex: number,
): { object: Surface; outline: Surface; hueRad: number } {
  const { sizePixels } = options;
  const unit = CLASS_SHAPES[SCENE_CLASSES[classIndex] ?? 'disc'];
  const scale = sizePixels * between(random, 0.24, 0.36);
  const made = material(options, random, light);
  const distance = Math.sqrt(random.uniform()) * 0.14 * sizePixels;
  const direction = between(random, 0, 2 * Math.PI);
  const object = {
    ...made,
    shape: enlarged(unit, scale),
    radiusPixels: 1.3 * scale,
    centreXPixels: distance * Math.cos(direction),
    centreYPixels: distance * Math.sin(direction),
    // Half of them upside down.
    orientationRad: made.orientationRad + Math.PI * random.integer(2),
    contrast: light.range * between(random, 0.25, 0.4),
    bendPerPixel: 0,
    stripes: new Stripes(random, options.frequency.exponent, 0.6 / scale, 1.3 * scale),
  };
  const rimPixels = sizePixels / 28;
  const outline = {
    ...object,
    shape: enlarged(unit, scale, rimPixels),
    radiusPixels: object.radiusPixels + rimPixels,
    brightness: object.brightness + (object.brightness > 0.5 ? -0.3 : 0.3),
    contrast: 0,
  };
  return { object, outline, hueRad: made.hueRad };
}

function texture(
  { frequency, sizePixels }: SceneOptions,
  random: RandomStream,
  reachPixels: number,
): Stripes {
  return new Stripes(random, frequency.exponent, 0.5 / sizePixels, reachPixels * 1.2);
}

/** The steeper the spectrum, the more edges are blurred, so that they fall with frequency as the stripes do. */
function edgeWidth({ frequency, sizePixels }: SceneOptions, random: RandomStream): number {
  const u = random.uniform();
  const steeper = frequency.exponent - 1;
  if (steeper <= 0) return NARROWEST_EDGE_PIXELS;
  return Math.max(NARROWEST_EDGE_PIXELS, (sizePixels / 4) * u ** (1 / (2 * steeper)));
}

function between(random: RandomStream, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** From 0 … 1 to 0 … 255, rounded. */
function inBytes(canvas: Float32Array): Uint8Array {
  const bytes = new Uint8Array(canvas.length);
  for (let place = 0; place < canvas.length; place++) bytes[place] = 255 * (canvas[place] ?? 0) + 0.5;
  return bytes;
}
