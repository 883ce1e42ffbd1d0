import { readNpz, toNumbers } from '@oblique/arrays';

/** What a network was sensitive to while it learned: what an `observations.npz` holds. */
export interface LearnedSensitivity {
  /** Observed steps; the first is 0, before any learning. */
  readonly steps: readonly number[];
  readonly observations: readonly string[];
  /** In the order of depth. */
  readonly layers: readonly string[];
  readonly anglesDeg: readonly number[];
  /** D averaged over all axes but the angle, one value an angle. */
  d(observation: string, layer: string, step: number): readonly number[];
}

/**
 * Reads an `observations.npz` whose observations all have the angle as their first axis.
 * @param axis name of the angle
 * @throws Error where it is not such a file
 */
export function readLearnedSensitivity(file: Uint8Array, axis: string): LearnedSensitivity {
  const arrays = readNpz(file, 'the observations of a training');
  const numbers = (name: string): number[] => {
    const array = arrays.get(name);
    if (array === undefined) throw new Error(`The observations of a training have no "${name}".`);
    return Array.from(toNumbers(array));
  };
  const steps = numbers('step');
  const measured = [...arrays.keys()].flatMap((name) => {
    const [, observation, layer] = /^(.*?)\/D\/(.*)$/s.exec(name) ?? [];
    return observation === undefined || layer === undefined ? [] : [{ name, observation, layer }];
  });
  const observations = [...new Set(measured.map(({ observation }) => observation))];
  const layers = [...new Set(measured.map(({ layer }) => layer))];
  const anglesDeg = numbers(`${observations[0] ?? ''}/${axis}`);
  const curves = new Map(
    measured.map(({ name, observation, layer }) => [
      `${observation}/${layer}`,
      averaged(numbers(name), steps.length, anglesDeg.length),
    ]),
  );
  return {
    steps,
    observations,
    layers,
    anglesDeg,
    d: (observation, layer, step) => {
      const curve = curves.get(`${observation}/${layer}`)?.[steps.indexOf(step)];
      if (curve === undefined)
        throw new Error(`${layer} was not observed with ${observation} at step ${step}.`);
      return curve;
    },
  };
}

/** [steps][angles] of values [steps, angles, …nuisance]. */
function averaged(values: readonly number[], steps: number, angles: number): number[][] {
  const nuisance = values.length / (steps * angles);
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: angles }, (_angle, angle) => {
      const start = (step * angles + angle) * nuisance;
      return values.slice(start, start + nuisance).reduce((sum, value) => sum + value, 0) / nuisance;
    }),
  );
}
