import type { Float64Builder } from './float64Builder.js';

/** Where the series hands over to the sum of the trapezoidal rule. */
const SERIES_UP_TO = 1;
const SERIES_TERMS = 20;

/** Step of the trapezoidal rule, and its terms: those left out are below e^(−36). */
const STEP = 0.5;
const TRAPEZOID_TERMS = 12;

/** erfc(6) is 2e-17. */
const ONE_FROM = 6;

/**
 * The error function to double precision.
 *
 * Up to 1 by its series of positive terms, `erf x = 2/√π x e^(−x²) Σ (2x²)ⁿ/(2n + 1)!!` (Abramowitz and Stegun 7.1.6).
 * Beyond, `erf x = 1 − erfc x` with the trapezoidal rule for erfc's integral and the residue of its pole (Hunter and Regan
 * 1972): `erfc x = (h x/π) e^(−x²) [1/x² + 2 Σ e^(−n²h²)/(n²h² + x²)] − 2/(e^(2πx/h) − 1)`.
 */
export function erf(f: Float64Builder, x: string): string {
  const size = f.op('Abs', [x]);
  const small = series(f, f.min(size, SERIES_UP_TO));
  const large = f.sub(1, complement(f, f.min(f.max(size, SERIES_UP_TO), ONE_FROM)));
  return f.mul(f.op('Sign', [x]), f.whereGreater(size, SERIES_UP_TO, large, small));
}

function series(f: Float64Builder, x: string): string {
  const square = f.square(x);
  let doubleFactorial = 1;
  const coefficients = Array.from({ length: SERIES_TERMS }, (_, n) => {
    doubleFactorial *= 2 * n + 1;
    return 2 ** n / doubleFactorial;
  });
  const polynomial = coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => f.add(f.mul(square, sum), coefficient), f.mul(square, 0));
  return f.mul(f.mul(f.mul(x, f.exp(f.op('Neg', [square]))), polynomial), 2 / Math.sqrt(Math.PI));
}

function complement(f: Float64Builder, x: string): string {
  const square = f.square(x);
  const terms = Array.from({ length: TRAPEZOID_TERMS }, (_, index) => {
    const place = ((index + 1) * STEP) ** 2;
    return f.div(2 * Math.exp(-place), f.add(square, place));
  });
  const integral = f.sum([f.div(1, square), ...terms]);
  const scaled = f.mul(f.mul(f.mul(x, f.exp(f.op('Neg', [square]))), integral), STEP / Math.PI);
  return f.sub(scaled, f.div(2, f.sub(f.exp(f.mul(x, (2 * Math.PI) / STEP)), 1)));
}
