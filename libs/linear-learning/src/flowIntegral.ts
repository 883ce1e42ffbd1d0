/**
 * F_N(σ) = ∫ dσ / (σ^(2-2/N) (1-σ)), up to a constant that depends on N alone: along eq. 7,
 * N λ t = F_N(σ(t)) - F_N(σ(0)). N = 1 to 4 and N = ∞ are elementary, any other is σ^a/a ₂F₁(1, a; a+1; σ) with
 * a = 2/N - 1.
 * @param depth N, a whole number from 1, or Infinity.
 * @param sigma between 0 and 1.
 * @param rest 1 - σ, where it is known better than by subtraction.
 */
export function flowIntegral(depth: number, sigma: number, rest = 1 - sigma): number {
  switch (depth) {
    case 1:
      return -Math.log(rest);
    case 2:
      return Math.log(sigma / rest);
    case 3:
      return integralOfThree(sigma, rest);
    case 4: {
      const z = Math.sqrt(sigma);
      return -2 / z + Math.log((1 + z) ** 2 / rest);
    }
    case Infinity:
      return Math.log(sigma / rest) - 1 / sigma;
    default:
      return hypergeometricIntegral(2 / depth - 1, sigma, rest);
  }
}

/** With y = σ^(1/3); ln(1-y) is written as ln(1-σ) - ln(1+y+y²), which keeps its digits near σ = 1. */
function integralOfThree(sigma: number, rest: number): number {
  const y = Math.cbrt(sigma);
  const rational = 1 + y + y * y;
  const logarithms = -Math.log(rest) / 3 + Math.log(rational) / 2;
  return 3 * (-1 / y + logarithms - Math.atan((2 * y + 1) / Math.sqrt(3)) / Math.sqrt(3));
}

/**
 * σ^a/a ₂F₁(1, a; a+1; σ) for a that is no whole number up to 0: its power series below σ = 1/2, and above it the
 * expansion at σ = 1, both of which gain a bit a term.
 */
export function hypergeometricIntegral(a: number, sigma: number, rest = 1 - sigma): number {
  return sigma <= 0.5
    ? seriesAtZero(a, sigma)
    : seriesAtOne(a, rest) + seriesAtZero(a, 0.5) - seriesAtOne(a, 0.5);
}

const TERMS = 60;

/** Σ σ^(a+k) / (a+k). */
function seriesAtZero(a: number, sigma: number): number {
  let sum = 0;
  for (let k = TERMS; k >= 0; k--) sum = sum * sigma + 1 / (a + k);
  return sigma ** a * sum;
}

/** -ln q - Σ_{k≥1} (1-a)_k q^k / (k! k), q = 1 - σ. */
function seriesAtOne(a: number, q: number): number {
  let sum = 0;
  let term = 1;
  for (let k = 1; k <= TERMS; k++) {
    term *= ((k - a) / k) * q;
    sum += term / k;
  }
  return -Math.log(q) - sum;
}
