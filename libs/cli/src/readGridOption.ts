import { UsageError } from '@oblique/service';

/** A grid on the command line: a parameter and its values, in the parameter's unit. */
export interface GridOption {
  readonly parameter: string;
  readonly values: number[];
}

/** Larger images are refused before they are asked for. */
const MAXIMUM_SIDE_PIXELS = 65_535;
/** Services take no grid with more points: it is refused before it is made. */
const MAXIMUM_COUNT = 1_000_000;

const FORM = 'Write it as NAME=START:STOP/COUNT (the end point is left out) or NAME=VALUE,VALUE,…';

/**
 * Reads `orientation=0:180/12` (12 values from 0 on, 180 left out) or `phase=-90,0,90`.
 * @throws UsageError saying what is wrong with it.
 */
export function readGridOption(text: string): GridOption {
  const [, parameter, values] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (parameter === undefined || values === undefined)
    throw new UsageError(`--grid ${text} has no "=". ${FORM}`);
  if (values.trim() === '') throw new UsageError(`--grid ${text} names no values. ${FORM}`);
  const range = /^([^:]+):([^/]+)\/(.+)$/u.exec(values);
  if (range === null) {
    if (values.includes(':')) throw new UsageError(`--grid ${text} does not say how many values. ${FORM}`);
    return { parameter, values: values.split(',').map((value) => number(value, text)) };
  }
  const [start = NaN, stop = NaN, count = NaN] = range.slice(1).map((value) => number(value, text));
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--grid ${text} needs a whole count of at least 1. ${FORM}`);
  if (count > MAXIMUM_COUNT)
    throw new UsageError(`--grid ${text} has too many values; ${MAXIMUM_COUNT} are the most of one grid.`);
  return {
    parameter,
    values: Array.from({ length: count }, (_, index) => start + ((stop - start) * index) / count),
  };
}

/**
 * Reads `frequency=0.02`.
 * @throws UsageError where it has no "=" or no number after it.
 */
export function readSetting(text: string): readonly [name: string, value: number] {
  const [, name, value] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--set ${text} has no "="; write NAME=VALUE.`);
  return [name, number(value, text)];
}

/**
 * Reads `224` or `320x240` (width × height, in pixels).
 * @throws UsageError
 */
export function readSize(text: string): { readonly widthPixels: number; readonly heightPixels: number } {
  const [, width, height] = /^(\d+)(?:x(\d+))?$/u.exec(text) ?? [];
  const size = { widthPixels: Number(width), heightPixels: Number(height ?? width) };
  if (!(
    size.widthPixels >= 1 &&
    size.widthPixels <= MAXIMUM_SIDE_PIXELS &&
    size.heightPixels >= 1 &&
    size.heightPixels <= MAXIMUM_SIDE_PIXELS
  ))
    throw new UsageError(
      `--size ${text} is no size; write pixels from 1 to ${MAXIMUM_SIDE_PIXELS} as 224 or 320x240 (width x height).`,
    );
  return size;
}

/** NaN and Infinity pass: the service says what the parameter allows. */
function number(text: string, whole: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value) && text.trim() !== 'NaN') {
    throw new UsageError(`${JSON.stringify(text)} in ${JSON.stringify(whole)} is no number.`);
  }
  return value;
}
