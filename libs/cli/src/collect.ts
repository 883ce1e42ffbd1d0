/** For options that may be repeated: each value is added to those before it. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}
