export { hueDiscrimination, type HueDiscrimination } from './hueDiscrimination.js';
export {
  CHILD_ACUITY,
  CONTOURS,
  ORIENTATION_THRESHOLDS,
  type AcuityByAge,
  type ContourRatios,
  type OrientationThresholds,
} from './publishedNumbers.js';
