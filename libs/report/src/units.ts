const SYMBOLS: Readonly<Record<string, string>> = {
  degree: '°',
  radian: 'rad',
  pixel: 'px',
  'cycle/pixel': 'cycles/pixel',
  '1': '',
};

/** "name (unit)" as an axis says it, or the name alone where the quantity has no unit (unit `1`). */
export function titleWithUnit(name: string, unit: string | undefined): string {
  const symbol = SYMBOLS[unit ?? '1'] ?? unit ?? '';
  return symbol === '' ? name : `${name} (${symbol})`;
}

/** Ticks of an axis of angles in degrees: every 45° up to half a turn, every 60° beyond; undefined for other units. */
export function angleTicks(unit: string | undefined, low: number, high: number): number[] | undefined {
  if (unit !== 'degree' || !(high > low)) return undefined;
  const span = high - low;
  const step = span <= 30 ? undefined : span <= 100 ? 15 : span <= 200 ? 45 : span <= 400 ? 60 : undefined;
  if (step === undefined) return undefined;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
