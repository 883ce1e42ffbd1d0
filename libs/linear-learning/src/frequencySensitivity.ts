/**
 * Sensitivity of a matrix to the spatial frequency of the grating 1/2 + 1/2 sin(f x + φ), x running from 0 to π over the
 * columns, both ends included (the paper's Fig. 5e): the mean of ‖K ∂I/∂f‖² over phases that tile the half circle
 * evenly, ends not counted twice. That mean is the same for any two or more phases: ½ ‖K a‖² + ½ ‖K b‖² with a and b the
 * derivatives at φ = 0 and φ = π/2.
 * @param kernel Kᵀ K, [columns, columns], of the matrix with the columns of pixels that stand above each other added up
 * @returns D per square of f, f = {@link gratingFrequency}
 */
export function frequencySensitivity(kernel: Float64Array, frequencyCyclesPerPixel: number): number {
  const columns = Math.sqrt(kernel.length);
  const frequency = gratingFrequency(frequencyCyclesPerPixel, columns);
  let sum = 0;
  for (let i = 0; i < columns; i++) {
    const x = position(i, columns);
    for (let j = 0; j < columns; j++) {
      const y = position(j, columns);
      // cos(f x) cos(f y) + sin(f x) sin(f y)
      sum += (kernel[i * columns + j] ?? NaN) * x * y * Math.cos(frequency * (x - y));
    }
  }
  // Half the contrast, squared; half of the mean over phases. Rounding must not take D below 0.
  return Math.max(0, sum / 8);
}

/** A row of that grating, from 0 to 1: [columns]. All rows are equal. */
export function gratingRow(frequencyCyclesPerPixel: number, phaseRad: number, columns: number): number[] {
  const frequency = gratingFrequency(frequencyCyclesPerPixel, columns);
  return Array.from(
    { length: columns },
    (_, column) => (1 + Math.sin(frequency * position(column, columns) + phaseRad)) / 2,
  );
}

/** Threshold D^(-1/2); Infinity where D is 0. */
export function thresholdOf(sensitivity: number): number {
  return 1 / Math.sqrt(sensitivity);
}

/**
 * f of the grating, radians per unit of x: a cycle is 2 (columns - 1) / f pixels. (The authors' axis counts
 * 2 columns / f pixels a cycle.)
 */
export function gratingFrequency(frequencyCyclesPerPixel: number, columns: number): number {
  return 2 * (columns - 1) * frequencyCyclesPerPixel;
}

/** The inverse of {@link gratingFrequency}. */
export function cyclesPerPixel(frequency: number, columns: number): number {
  return frequency / (2 * (columns - 1));
}

function position(column: number, columns: number): number {
  return (Math.PI * column) / (columns - 1);
}
