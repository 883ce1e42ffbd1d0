/** y at each of these rising times, of dy/dt = slope(y) with y(times[0]) = start, by Runge-Kutta of order 4 in tiny steps. */
export function integrate(slope: (y: number) => number, start: number, times: readonly number[]): number[] {
  const STEPS = 4000;
  let y = start;
  let now = times[0] ?? 0;
  return times.map((time) => {
    const h = (time - now) / STEPS;
    for (let step = 0; step < STEPS; step++) {
      const k1 = slope(y);
      const k2 = slope(y + (h / 2) * k1);
      const k3 = slope(y + (h / 2) * k2);
      const k4 = slope(y + h * k3);
      y += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    now = time;
    return y;
  });
}
