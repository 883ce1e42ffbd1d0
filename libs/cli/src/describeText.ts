import type { statisticsV1 } from '@oblique/contracts';
import { fitTwoPeaks } from '@oblique/statistics';
import { skippedText } from './skippedText.js';
import { counted } from './terminal.js';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MOST_CLASSES = 20;

/** What a set of images is like, for people. */
export function describeText(description: statisticsV1.ImagesDescription): string {
  const { kind, imageCount, classes, orientationShare, hueShare, amplitudeExponent } = description;
  const skipped = skippedText(description.skipped);
  const found = (share: readonly number[]): boolean => share.some((value) => value > 0);
  return [
    `images       ${imageCount}, ${kind}`,
    `classes      ${classesText(classes)}`,
    ...(skipped === undefined ? [] : [`skipped      ${skipped}`]),
    ...(found(orientationShare) ? orientationLines(orientationShare) : []),
    ...(found(hueShare) ? hueLines(hueShare) : ['hues         no saturated, bright pixels']),
    ...(Number.isFinite(amplitudeExponent)
      ? [`spectrum     amplitude ~ frequency ^ ${amplitudeExponent.toFixed(2)}`]
      : []),
  ].join('\n');
}

function orientationLines(share: readonly number[]): string[] {
  const { peakDeg, concentration } = fitTwoPeaks(share, 180);
  return [
    `orientations ${plot(share)}  0° to 175°`,
    `             cardinal/oblique ${cardinalOverOblique(share).toFixed(2)}; ${peaks(peakDeg, 90, concentration)}`,
  ];
}

function hueLines(share: readonly number[]): string[] {
  const { peakDeg, concentration } = fitTwoPeaks(share, 360);
  return [`hues         ${plot(share)}  0° to 355°`, `             ${peaks(peakDeg, 180, concentration)}`];
}

/** The density that `--prior` and `--hue-prior` of scenes name by the same two numbers. */
function peaks(peakDeg: number, apartDeg: number, concentration: number): string {
  return `best two peaks ${peakDeg.toFixed(0)}° and ${(peakDeg + apartDeg).toFixed(0)}°, concentration ${concentration.toFixed(2)}`;
}

/** Of gradient energy within 10° of 0° and 90°, and of 45° and 135°; bins are 5° wide, the first one around 0°. */
function cardinalOverOblique(share: readonly number[]): number {
  const near = (centre: number): number =>
    [-2, -1, 0, 1, 2].reduce((sum, offset) => sum + (share.at((centre + offset) % share.length) ?? 0), 0);
  return (near(0) + near(18)) / (near(9) + near(27));
}

/** A bar a value, from 0 to the largest. */
function plot(values: readonly number[]): string {
  const most = Math.max(...values);
  return values
    .map((value) => BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))])
    .join('');
}

function classesText(classes: readonly statisticsV1.ClassCount[]): string {
  if (classes.length === 0) return 'none';
  const names = classes.map(({ name, images }) => `${name} ${images}`);
  return `${classes.length}: ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_CLASSES;
  const shown = names.slice(0, MOST_CLASSES).join(', ');
  return rest > 0 ? `${shown} and ${counted(rest, 'other', 'others')}` : shown;
}
