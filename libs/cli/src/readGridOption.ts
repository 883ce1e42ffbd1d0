import { UsageError } from '@oblique/service';

/** A grid on the command line: a parameter and its values, in the parameter's unit. */
export interface GridOption {
  readonly parameter: string;
  readonly values: number[];
}

const FORM = 'Write it as NAME=START:STOP/COUNT (the end point is left out) or NAME=VALUE,VALUE,…';

/**
 * Reads `orientation=0:180/12` (12 values from 0 on, 180 left out) or `phase=-90,0,90`.
 * @throws UsageError saying what is wrong with it.
 */
export function readGridOption(text: string): GridOption {
  const [, parameter, values] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (parameter === undefined || values === undefined)
    throw new UsageError(`--grid ${text} has no "=". ${FORM}`);
  const range = /^([^:]+):([^/]+)\/(.+)$/u.exec(values);
  if (range === null) return { parameter, values: values.split(',').map((value) => number(value, text)) };
  const [start, stop, count] = range.slice(1).map((value) => number(value, text));
  if (
    start === undefined ||
    stop === undefined ||
    count === undefined ||
    !Number.isInteger(count) ||
    count < 1 ||
    count > 10_000_000
  ) {
    throw new UsageError(`--grid ${text} needs a whole count of at least 1. ${FORM}`);
  }
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
  if (width === undefined)
    throw new UsageError(`--size ${text} is no size; write pixels as 224 or 320x240 (width x height).`);
  return { widthPixels: Number(width), heightPixels: Number(height ?? width) };
}

/** NaN and Infinity pass: the service says what the parameter allows. */
function number(text: string, whole: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value) && text.trim() !== 'NaN') {
    throw new UsageError(`${JSON.stringify(text)} in ${JSON.stringify(whole)} is no number.`);
  }
  return value;
}
