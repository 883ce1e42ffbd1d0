import { datasetV1 } from '@oblique/contracts';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** Where the natural world's hues have one of their peaks. */
const NATURAL_HUE_DEG = 30;

/** What networks learn from: the same images, turned. */
export interface World {
  readonly turnDeg: number;
  readonly label: string;
  /** Place of its colour: the same in every figure of a report. */
  readonly colour: number;
}

export function worldsOf({ turnsDeg }: TrainedParameters, { original, turned }: TurnedVariable): World[] {
  return turnsDeg.map((turnDeg, index) => ({
    turnDeg,
    label: turnDeg === 0 ? original : `${turned} ${turnDeg}°`,
    // The original and the farthest world have the first two, however many lie between.
    colour: index === 0 ? 0 : index === turnsDeg.length - 1 ? 1 : index + 1,
  }));
}

/** The images of a world; a seed has its own scenes, which differ between worlds in what is turned only. */
export function datasetOf(
  { dataset, limit, turnedBy, concentration }: TrainedParameters,
  { name }: TurnedVariable,
  { turnDeg }: World,
  seed: number,
  sizePixels: number,
): datasetV1.Dataset {
  if (dataset !== 'scenes') return { source: { $case: 'location', value: dataset }, limit };
  const dialDeg = turnedBy === 'prior' ? turnDeg : 0;
  const scenes: datasetV1.Scenes = {
    count: limit,
    seed: String(seed),
    sizePixels,
    orientation: name === 'orientation' ? { concentration, peakDeg: dialDeg } : undefined,
    hue: name === 'hue' ? { concentration, peakDeg: NATURAL_HUE_DEG + dialDeg } : undefined,
    frequency: undefined,
    orientationBins: 0,
  };
  return { source: { $case: 'scenes', value: scenes }, limit: 0 };
}

/** What is done to the images of a world. */
export function augmentationOf(
  { dataset, turnedBy, protocol, cropScale }: TrainedParameters,
  { name }: TurnedVariable,
  { turnDeg }: World,
): datasetV1.Augmentation {
  const isScenes = dataset === 'scenes';
  const turn = turnedBy === 'images' ? turnDeg : 0;
  const aspect =
    protocol === 'text' ? { aspectMin: 3 / 4, aspectMax: 4 / 3 } : { aspectMin: 1, aspectMax: 1 };
  return {
    crop: isScenes
      ? { $case: 'centreFraction', value: 1 }
      : { $case: 'randomResizedCrop', value: { scaleMin: cropScale, scaleMax: 1, ...aspect } },
    horizontalFlip: !isScenes,
    rotationDeg: name === 'orientation' ? turn : 0,
    rotationOrder:
      protocol === 'text'
        ? datasetV1.RotationOrder.ROTATION_ORDER_BEFORE_CROP
        : datasetV1.RotationOrder.ROTATION_ORDER_AFTER_CROP,
    // As the authors' script does it, black corners tell a rotated world from an upright one.
    rotateInDisc: protocol === 'text',
    hueShiftDeg: name === 'hue' ? turn : 0,
  };
}
