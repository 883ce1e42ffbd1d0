import { randomStream, type RandomStream } from '@oblique/random';
import type { Fault, Scenario } from './scenario.js';
import { WORKS, type Work } from './work.js';

const FAULTS: readonly Fault[] = ['SIGKILL', 'SIGKILL', 'SIGTERM', 'pause'];
const LONGEST_PAUSE_MS = 8000;

/**
 * The scenario of this seed and index: any process of the house, at any time from the first moment on to when the work
 * would have been done.
 * @param millisecondsOf how long the command of each work takes undisturbed; "up" takes about as long as the shortest
 */
export function seededScenario(
  seed: number,
  index: number,
  millisecondsOf: (work: Work) => number,
): Scenario {
  const random = randomStream(seed, 'faults', index);
  const work = oneOf(WORKS, random);
  const up = random.uniform() < 0.4;
  const atUp = up && random.uniform() < 0.25;
  const services = atUp ? ['orchestrator', 'serving', 'statistics', 'stimulus', 'training'] : work.services;
  const victim = oneOf(['client', ...(up ? ['supervisor'] : []), ...services], random);
  const fault = oneOf(FAULTS, random);
  const spanMs = millisecondsOf(atUp ? (WORKS[0] ?? work) : work);
  return {
    work,
    up,
    atUp,
    victim,
    fault,
    atMs: Math.round(random.uniform() * spanMs),
    pauseMs: Math.round(random.uniform() * LONGEST_PAUSE_MS),
  };
}

function oneOf<Item>(items: readonly Item[], random: RandomStream): Item {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
}
