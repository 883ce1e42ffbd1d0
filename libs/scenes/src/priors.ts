import type { HuePrior, OrientationPrior } from './sceneOptions.js';
import { TwoPeakedDistribution } from './twoPeakedDistribution.js';

const ORIENTATION_PERIOD_RAD = Math.PI;
const HUE_PERIOD_RAD = 2 * Math.PI;

interface Prior {
  readonly concentration: number;
  readonly peakDeg: number;
}

/** Probability density per radian of an orientation; its integral over π is 1. */
export function orientationDensity(prior: OrientationPrior, orientationRad: number): number {
  return density(prior, orientationRad, ORIENTATION_PERIOD_RAD);
}

/** Probability density per radian of an HSV hue; its integral over 2π is 1. */
export function hueDensity(prior: HuePrior, hueRad: number): number {
  return density(prior, hueRad, HUE_PERIOD_RAD);
}

/**
 * The orientation in [0, π) that a probability in [0, 1) stands for: the inverse of the cumulative distribution that
 * starts a quarter of the period below the first peak.
 */
export function orientationQuantile(prior: OrientationPrior, probability: number): number {
  return quantile(prior, probability, ORIENTATION_PERIOD_RAD);
}

/** The hue in [0, 2π) that a probability in [0, 1) stands for, likewise. */
export function hueQuantile(prior: HuePrior, probability: number): number {
  return quantile(prior, probability, HUE_PERIOD_RAD);
}

function density({ concentration, peakDeg }: Prior, angleRad: number, periodRad: number): number {
  return distribution(concentration).density((angleRad - radians(peakDeg)) / periodRad) / periodRad;
}

function quantile({ concentration, peakDeg }: Prior, probability: number, periodRad: number): number {
  const angleRad = radians(peakDeg) + distribution(concentration).quantile(probability) * periodRad;
  return angleRad - periodRad * Math.floor(angleRad / periodRad);
}

const MOST_KEPT = 64;
const distributions = new Map<number, TwoPeakedDistribution>();

/** Kept, since a world draws from the same two again and again. */
function distribution(concentration: number): TwoPeakedDistribution {
  let made = distributions.get(concentration);
  if (made === undefined) {
    if (distributions.size >= MOST_KEPT) distributions.clear();
    made = new TwoPeakedDistribution(concentration);
    distributions.set(concentration, made);
  }
  return made;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
