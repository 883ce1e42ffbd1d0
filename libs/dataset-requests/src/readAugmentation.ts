import { datasetV1 } from '@oblique/contracts';
import { NO_AUGMENTATION, type Augmentation } from '@oblique/datasets';
import { ServiceError } from '@oblique/service';

const DEFAULT_SCALE = [0.08, 1] as const;
const DEFAULT_ASPECT = [3 / 4, 4 / 3] as const;

/**
 * The augmentation out of a request; absent: none.
 * @throws ServiceError naming the field, the value and what is allowed.
 */
export function readAugmentation(message: datasetV1.Augmentation | undefined, field: string): Augmentation {
  if (message === undefined) return NO_AUGMENTATION;
  return {
    crop: readCrop(message.crop, field),
    horizontalFlip: message.horizontalFlip,
    rotationDeg: finite(message.rotationDeg, `${field}.rotation_deg`),
    rotationOrder: readOrder(message.rotationOrder, `${field}.rotation_order`),
    rotateInDisc: message.rotateInDisc,
    hueShiftDeg: finite(message.hueShiftDeg, `${field}.hue_shift_deg`),
  };
}

function readCrop(crop: datasetV1.Augmentation['crop'], field: string): Augmentation['crop'] {
  switch (crop?.$case) {
    case 'randomResizedCrop': {
      const path = `${field}.random_resized_crop`;
      const { scaleMin, scaleMax, aspectMin, aspectMax } = crop.value;
      const scale = bounds(scaleMin, scaleMax, DEFAULT_SCALE, `${path}.scale`);
      if (scale[1] > 1) throw refusal(`${path}.scale_max`, `= ${scale[1]} is more than the whole image, 1.`);
      return { scale, aspect: bounds(aspectMin, aspectMax, DEFAULT_ASPECT, `${path}.aspect`) };
    }
    case 'centreFraction':
      if (crop.value > 0 && crop.value <= 1) return { centreFraction: crop.value };
      throw refusal(
        `${field}.centre_fraction`,
        `= ${crop.value} is not possible; it must be above 0 and at most 1.`,
      );
    case undefined:
      return NO_AUGMENTATION.crop;
  }
}

function bounds(
  least: number,
  most: number,
  defaults: readonly [number, number],
  path: string,
): readonly [number, number] {
  const [low, high] = [least || defaults[0], most || defaults[1]];
  if (low > 0 && low <= high && Number.isFinite(high)) return [low, high];
  throw refusal(
    `${path}_min`,
    `= ${low} and ${path}_max = ${high}: both must be above 0, the first not the larger.`,
  );
}

function readOrder(order: datasetV1.RotationOrder, field: string): Augmentation['rotationOrder'] {
  switch (order) {
    case datasetV1.RotationOrder.ROTATION_ORDER_UNSPECIFIED:
    case datasetV1.RotationOrder.ROTATION_ORDER_AFTER_CROP:
      return 'afterCrop';
    case datasetV1.RotationOrder.ROTATION_ORDER_BEFORE_CROP:
      return 'beforeCrop';
    default:
      throw refusal(
        field,
        `= ${order} is unknown; give ROTATION_ORDER_BEFORE_CROP or ROTATION_ORDER_AFTER_CROP.`,
      );
  }
}

function finite(value: number, field: string): number {
  if (Number.isFinite(value)) return value;
  throw refusal(field, `= ${value} is not possible; it must be a finite number.`);
}

function refusal(field: string, why: string): ServiceError {
  return new ServiceError('VALUE_OUT_OF_RANGE', `${field} ${why}`, { field });
}
