/** The finite ones among `values`. */
export function finite(values: Iterable<number | null | undefined>): number[] {
  return [...values].filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
}

/** `value`, or null where it is not a finite number: what a drawing leaves out. */
export function drawn(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Lowest and highest of the finite values, or undefined where there are none. */
export function rangeOf(values: Iterable<number | null | undefined>): readonly [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * A linear axis for these values: from zero where zero is near, with 5 % of room, and never of zero length.
 * `least` is a value that must be inside.
 */
export function linearDomain(values: Iterable<number | null>, least: readonly number[] = []): [number, number] {
  const range = rangeOf([...values, ...least]) ?? [0, 1];
  const high = range[1];
  const low = range[0] >= 0 && range[0] < 0.6 * high ? 0 : range[0];
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.5;
    return low > 0 ? [0, high + room] : [low - room, high + room];
  }
  const room = (high - low) * 0.05;
  return [low === 0 ? 0 : low - room, high + room];
}

/** A logarithmic axis for the positive ones among these values, at least `factor` long about 1 where `aboutOne`. */
export function logDomain(values: Iterable<number | null>, aboutOne?: number): [number, number] {
  const positive = finite(values).filter((value) => value > 0);
  const range = rangeOf(aboutOne === undefined ? positive : [...positive, 1 / aboutOne, aboutOne]) ?? [0.1, 10];
  const room = Math.max(1.06, (range[1] / range[0]) ** 0.05);
  return [range[0] / room, range[1] * room];
}

const STEPS: readonly (readonly number[])[] = [[1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 9.5], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]];

/** Between about four and nine round ticks for a logarithmic axis of any length. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.max(1, last - first);
  const fits = (tick: number): boolean => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  for (const step of STEPS) {
    const ticks = Array.from({ length: decades + 1 }, (_, decade) => step.map((factor) => Number(`${factor}e${first + decade}`)))
      .flat()
      .filter(fits);
    if (ticks.length <= 9) return ticks;
  }
  const every = Math.ceil(decades / 8);
  return Array.from({ length: decades + 1 }, (_, decade) => first + decade)
    .filter((power) => power % every === 0)
    .map((power) => Number(`1e${power}`))
    .filter(fits);
}
