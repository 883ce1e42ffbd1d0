import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A service's program, to be run as a process of its own. */
export interface ServiceProgram {
  readonly name: string;
  /** Path of its compiled `main.js`. */
  readonly script: string;
  /** Services that it calls: started before it, their endpoints passed to it. */
  readonly needs: readonly string[];
  /** Arguments beside those that the launcher gives to all. */
  readonly arguments?: readonly string[];
  /** Arguments beside those when it is started again after it died. */
  readonly restartArguments?: readonly string[];
}

/** The local services by name, with the services that each calls. */
export const SERVICES = {
  stimulus: [],
  serving: [],
  statistics: [],
  training: [],
  orchestrator: ['stimulus', 'serving', 'statistics', 'training'],
} as const satisfies Record<string, readonly string[]>;

export type ServiceName = keyof typeof SERVICES;

/** The services cannot be started as they were asked for; the message is meant for the terminal. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}

/** The program of every local service, found relative to the workspace root (libs/launcher/dist/ is three below it). */
export function localPrograms(): ServiceProgram[] {
  return Object.entries(SERVICES).map(([name, needs]) => ({
    name,
    needs,
    // What it was at when it died goes on; what an earlier life of the house left behind waits until somebody asks.
    restartArguments: name === 'orchestrator' ? ['--auto-resume'] : [],
    script: fileURLToPath(new URL(`../../../services/${name}/dist/main.js`, import.meta.url)),
  }));
}

/**
 * The programs asked for and all that they need, each after those it needs.
 *
 * @throws LaunchError for a name that no program has, or a program that is not built.
 */
export function inStartOrder(
  programs: readonly ServiceProgram[],
  names?: readonly string[],
): ServiceProgram[] {
  const byName = new Map(programs.map((program) => [program.name, program]));
  const ordered = new Set<ServiceProgram>();
  const add = (name: string): void => {
    const program = byName.get(name);
    if (program === undefined) {
      throw new LaunchError(`There is no service "${name}"; there are ${[...byName.keys()].join(', ')}.`);
    }
    if (!existsSync(program.script)) {
      throw new LaunchError(
        `The ${name} service is not built (${program.script} is missing): run "npm run build".`,
      );
    }
    for (const needed of program.needs) add(needed);
    ordered.add(program);
  };
  for (const name of names ?? byName.keys()) add(name);
  return [...ordered];
}
