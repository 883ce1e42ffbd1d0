/** One harmonic of a curve over its circle: curve(x) contains re cos 2πhx − im sin 2πhx, x in turns. */
export interface Harmonic {
  readonly re: number;
  readonly im: number;
}

/** The harmonics h = 1, 2, … below half the number of samples. */
export function harmonics(curve: readonly number[]): Harmonic[] {
  const count = Math.ceil(curve.length / 2) - 1;
  return Array.from({ length: count }, (_, order) => {
    let re = 0;
    let im = 0;
    for (const [index, value] of curve.entries()) {
      const angle = (2 * Math.PI * (order + 1) * index) / curve.length;
      re += (2 * value * Math.cos(angle)) / curve.length;
      im -= (2 * value * Math.sin(angle)) / curve.length;
    }
    return { re, im };
  });
}

/** The amplitude of what changes its sign from sample to sample, at half the number of samples; 0 of an odd number. */
export function alternation(curve: readonly number[]): number {
  if (curve.length % 2 === 1) return 0;
  return curve.reduce((sum, value, index) => sum + (index % 2 === 0 ? value : -value), 0) / curve.length;
}
