import type { GridAxis, Parameter, Point, StimulusFamily } from '@oblique/stimuli';
import type { DrawnStimulus } from './drawnStimulus.js';

const SYMBOLS: Readonly<Record<string, string>> = {
  degree: '°',
  pixel: ' px',
  'cycle/pixel': ' cycles/px',
  '1': '',
};

interface CaptionOptions {
  readonly stimulus: DrawnStimulus;
  readonly axes: readonly GridAxis[];
  readonly points: readonly Point[];
  readonly variable: Parameter | undefined;
  /** The magnitude that black and white of the derivatives stand for. */
  readonly largestDerivative: number;
}

/** What a contact sheet says above its pictures: the family, what is the same in all of them, how they are shown. */
export function captionOf({ stimulus, axes, points, variable, largestDerivative }: CaptionOptions): string[] {
  const { family, widthPixels, heightPixels, stretch } = stimulus;
  const varied = new Set(axes.map(({ parameter }) => parameter));
  const [point = {}] = points;
  const same = family.parameters
    .filter(({ name }) => !varied.has(name))
    .map(({ name }) => `${name} ${valueWithUnit(family, name, point)}`);
  const lines = [
    `${family.name}, ${widthPixels} × ${heightPixels} px${stretch === 'minmax' ? ', each image stretched to [-1, 1]' : ''}`,
    ...(same.length === 0 ? [] : [same.join(', ')]),
  ];
  if (variable !== undefined) {
    const per = variable.derivativeUnit === '1' ? 'unit' : variable.derivativeUnit;
    const largest = shortNumber(largestDerivative);
    lines.push(
      `Right: derivative with respect to ${variable.name}; black to white is ±${largest} per ${per}, grey is 0`,
    );
  }
  return lines;
}

/** The point's value of the parameter with its unit, e.g. `45°`, `0.02 cycles/px`. */
export function valueWithUnit(family: StimulusFamily, name: string, point: Point): string {
  const unit = family.parameters.find((parameter) => parameter.name === name)?.unit ?? '1';
  return `${shortNumber(point[name] ?? NaN)}${SYMBOLS[unit] ?? ` ${unit}`}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
