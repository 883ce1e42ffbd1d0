/** One number that a stimulus depends on, as people give it and as its program takes it. */
export interface Parameter {
  /** Name for people, e.g. `orientation`. */
  readonly name: string;
  readonly description: string;
  /** Unit in which values are given: `degree`, `cycle/pixel`, `pixel`, or `1` for a pure number. */
  readonly unit: string;
  /** Unit of the program's input, per which derivatives are taken: `radian` where `unit` is `degree`, else `unit`. */
  readonly derivativeUnit: string;
  /** Smallest and largest allowed value, in `unit`, both included. */
  readonly minimum: number;
  readonly maximum: number;
  /** Value where none is given, in `unit`. */
  readonly default: number;
  /** After how much the parameter repeats itself, in `unit`; left out where it does not. */
  readonly period?: number;
  /** Values that show what the parameter does, in `unit`. */
  readonly sweep: readonly number[];
  /** Name of the program's input, float64 [N] in `derivativeUnit`. */
  readonly programInput: string;
  /** `value` in `unit`, converted to `derivativeUnit`. */
  toProgram(value: number): number;
}

type AngleOptions = Pick<Parameter, 'name' | 'description' | 'default' | 'sweep'>;

/** A parameter given in degrees, differentiated per radian, that repeats after a full turn. */
export function angle(options: AngleOptions): Parameter {
  return {
    ...options,
    unit: 'degree',
    derivativeUnit: 'radian',
    minimum: -360,
    maximum: 360,
    period: 360,
    programInput: `${options.name}_rad`,
    toProgram: (degrees) => (degrees * Math.PI) / 180,
  };
}

type QuantityOptions = Omit<Parameter, 'derivativeUnit' | 'period' | 'toProgram'>;

/** A parameter that is given and differentiated in the same unit. */
export function quantity(options: QuantityOptions): Parameter {
  return { ...options, derivativeUnit: options.unit, toProgram: (value) => value };
}

/** `count` equally spaced values from `start`, `stop` left out. */
export function spaced(start: number, stop: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + ((stop - start) * index) / count);
}
