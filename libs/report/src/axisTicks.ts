import { tickStep, ticks } from 'd3-array';
import { asciiJson } from './drawableText.js';
import { logTicks } from './valueScale.js';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number as people write it: up to `digits` significant digits, powers of ten from a million and under a thousandth. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6);
  return plain ? minus(String(Number(value.toPrecision(digits)))) : powerText(value, digits);
}

/** A finite number other than 0 as a factor and a power of ten: 2×10⁵, 10⁻³. */
function powerText(value: number, digits: number): string {
  const [mantissa = '0', power = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  const ten = `10${exponent < 0 ? '⁻' : ''}${Array.from(String(Math.abs(exponent)), (digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;
  const factor = String(Number(mantissa));
  return factor === '1' ? ten : minus(`${factor}×${ten}`);
}

function minus(text: string): string {
  return text.replace('-', '−');
}

/** The part of a Vega-Lite axis that says where its ticks are and what they read. */
export interface AxisTicks {
  readonly values: number[];
  readonly labelExpr: string;
}

/** Ticks at these values, labelled as people write numbers, or with these labels. */
export function ticksAt(values: readonly number[], labels = values.map((value) => numberText(value))): AxisTicks {
  return { values: [...values], labelExpr: `${asciiJson(labels)}[indexof(${JSON.stringify(values)}, datum.value)]` };
}

/** About `count` round ticks of a linear axis, all with the same number of decimals. */
export function linearTicks([low, high]: readonly [number, number], count: number): AxisTicks {
  const values = ticks(low, high, count);
  const step = tickStep(low, high, count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const plain = Math.max(Math.abs(low), Math.abs(high)) < 1e6 && decimals <= 5;
  return ticksAt(values, plain ? values.map((value) => minus(value === 0 ? '0' : value.toFixed(decimals))) : undefined);
}

/** Round ticks of a logarithmic axis, all of them plain numbers or all powers of ten. */
export function logarithmicTicks([low, high]: readonly [number, number]): AxisTicks {
  const values = logTicks(low, high);
  const plain = values.every((value) => value >= 1e-3 && value < 1e6);
  return ticksAt(values, plain ? undefined : values.map((value) => (value === 1 ? '1' : powerText(value, 4))));
}
