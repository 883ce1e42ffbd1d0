import type { datasetV1 } from '@oblique/contracts';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { readSeed, readWholeNumber } from './addModelFile.js';

/** Options of every command that takes a dataset. */
export interface DatasetOptions {
  readonly prior?: string;
  readonly huePrior?: string;
  readonly frequencyExponent?: string;
  readonly sceneSeed?: string;
  readonly sceneSize?: string;
  readonly scenes?: string;
  readonly limit?: string;
}

/** Strengths of the natural-like world. */
const ORIENTATION_CONCENTRATION = 0.7;
const HUE_CONCENTRATION = 1;

const ORIENTATION_PEAKS_DEG = { cardinal: 0, oblique: 45 };
const HUE_PEAKS_DEG = { orange: 30, green: 120 };

const DIALS = [
  ['prior', '--prior'],
  ['huePrior', '--hue-prior'],
  ['frequencyExponent', '--frequency-exponent'],
  ['sceneSeed', '--scene-seed'],
  ['sceneSize', '--scene-size'],
  ['scenes', '--scenes'],
] as const satisfies readonly (readonly [keyof DatasetOptions, string])[];

/** Adds the dials of scenes, and the limit of any dataset. */
export function addDatasetOptions(command: Command): Command {
  return command
    .option('--limit <images>', 'only so many images, evenly over the classes')
    .option(
      '--prior <prior>',
      'orientations of scenes: cardinal (default), oblique, uniform, or PEAK[:CONCENTRATION] in degrees',
    )
    .option(
      '--hue-prior <prior>',
      'hues of scenes: orange (and blue; default), green (and purple), uniform, or PEAK[:CONCENTRATION]',
    )
    .option('--frequency-exponent <number>', 'amplitude of scenes falls as frequency ^ -this (default: 1)')
    .option('--scene-seed <seed>', 'seed of scenes (default: 0)')
    .option('--scene-size <pixels>', 'height and width of scenes (default: 32)')
    .option('--scenes <count>', 'how many scenes there are (default: 20000)');
}

/**
 * The dataset that a command line names: "scenes", or where images are.
 * @throws UsageError
 */
export function readDatasetOptions(data: string, options: DatasetOptions): datasetV1.Dataset {
  const limit = options.limit === undefined ? 0 : readWholeNumber('--limit', options.limit);
  if (data === 'scenes') return { source: { $case: 'scenes', value: readScenes(options) }, limit };
  const dial = DIALS.find(([name]) => options[name] !== undefined);
  if (dial !== undefined) throw new UsageError(`${dial[1]} turns a dial of scenes; ${data} has none.`);
  return { source: { $case: 'location', value: absoluteLocation(data) }, limit };
}

/** Where images are, so that services that run in other folders find them too. */
export function absoluteLocation(location: string): string {
  return /^\w+:\/\//u.test(location) ? location : resolve(location);
}

function readScenes(options: DatasetOptions): datasetV1.Scenes {
  const whole = (flag: string, text: string | undefined): number =>
    text === undefined ? 0 : readWholeNumber(flag, text);
  return {
    count: whole('--scenes', options.scenes),
    seed: options.sceneSeed === undefined ? '0' : readSeed('--scene-seed', options.sceneSeed),
    sizePixels: whole('--scene-size', options.sceneSize),
    orientation: readPrior('--prior', options.prior, ORIENTATION_PEAKS_DEG, ORIENTATION_CONCENTRATION),
    hue: readPrior('--hue-prior', options.huePrior, HUE_PEAKS_DEG, HUE_CONCENTRATION),
    frequency:
      options.frequencyExponent === undefined
        ? undefined
        : { exponent: readNumber('--frequency-exponent', options.frequencyExponent) },
    orientationBins: 0,
  };
}

/** A prior by name, or as PEAK[:CONCENTRATION]; undefined: the natural-like one. */
function readPrior(
  flag: string,
  text: string | undefined,
  peaksDeg: Readonly<Record<string, number>>,
  concentration: number,
): { peakDeg: number; concentration: number } | undefined {
  if (text === undefined) return undefined;
  if (text === 'uniform') return { peakDeg: 0, concentration: 0 };
  const named = Object.hasOwn(peaksDeg, text) ? peaksDeg[text] : undefined;
  if (named !== undefined) return { peakDeg: named, concentration };
  const [peakDeg = NaN, chosen = concentration, ...rest] = text
    .split(':')
    .map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (rest.length > 0 || !Number.isFinite(peakDeg) || !Number.isFinite(chosen)) {
    const names = [...Object.keys(peaksDeg), 'uniform'].join(', ');
    throw new UsageError(
      `${flag} takes ${names} or PEAK[:CONCENTRATION] in degrees, e.g. 22.5:${concentration}; not ${JSON.stringify(text)}.`,
    );
  }
  return { peakDeg, concentration: chosen };
}

function readNumber(flag: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`${flag} takes a number, not ${JSON.stringify(text)}.`);
}
