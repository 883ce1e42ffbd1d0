const STEPS = 4096;

/**
 * A von Mises distribution wrapped twice around a circle: density ∝ exp(concentration · cos 2φ), where φ is the angle
 * from the first peak in units in which the circle is 2π; the second peak lies opposite.
 */
export class TwoPeakedDistribution {
  /** Share of one peak's half circle that lies up to each of STEPS + 1 equally spaced places on it. */
  readonly #cumulative = new Float64Array(STEPS + 1);
  readonly #concentration: number;
  /** Mean of exp(concentration (cos − 1)) over the circle. */
  readonly #mean: number;

  /** @param concentration 0 (uniform) or more */
  constructor(concentration: number) {
    this.#concentration = concentration;
    let sum = 0;
    for (let step = 0; step < STEPS; step++) {
      // The mean over a cell of the trapezium between its ends.
      sum += (this.#weight(step / STEPS - 0.5) + this.#weight((step + 1) / STEPS - 0.5)) / 2;
      this.#cumulative[step + 1] = sum;
    }
    for (let step = 1; step <= STEPS; step++) this.#cumulative[step] = (this.#cumulative[step] ?? 0) / sum;
    this.#mean = sum / STEPS;
  }

  /** Density, relative to uniform, at `turn` turns of the circle from a peak. */
  density(turn: number): number {
    return this.#weight(2 * turn) / this.#mean;
  }

  /** Turns of the circle from the first peak, −1/4 to 3/4, below which lies the probability `p` in [0, 1). */
  quantile(p: number): number {
    const peak = Math.floor(2 * p);
    const share = 2 * p - peak;
    let low = 0;
    let high = STEPS;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] ?? 0) <= share) low = middle;
      else high = middle;
    }
    const below = this.#cumulative[low] ?? 0;
    const within = (share - below) / ((this.#cumulative[high] ?? 1) - below);
    return ((low + within) / STEPS - 0.5 + peak) / 2;
  }

  /** @param place turns of the half circle from the peak */
  #weight(place: number): number {
    return Math.exp(this.#concentration * (Math.cos(2 * Math.PI * place) - 1));
  }
}
