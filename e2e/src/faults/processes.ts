import { readdirSync, readFileSync } from 'node:fs';

/** A process that belongs to a house, which OBLIQUE_HOME in its environment tells. */
export interface HouseProcess {
  readonly pid: number;
  /** "client", "supervisor" or a service's name. */
  readonly role: string;
}

/** All living processes of the house, those without parents too. */
export function processesOf(home: string): HouseProcess[] {
  const found: HouseProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = read(`/proc/${name}/environ`).split('\0');
    if (!environment.includes(`OBLIQUE_HOME=${home}`)) continue;
    const role = roleOf(read(`/proc/${name}/cmdline`));
    if (role !== undefined && !isDead(name)) found.push({ pid: Number(name), role });
  }
  return found;
}

function roleOf(commandLine: string): string | undefined {
  const service = /services\/([a-z]+)\/dist\/main\.js/.exec(commandLine)?.[1];
  if (service !== undefined) return service;
  if (commandLine.includes('supervisorMain.js')) return 'supervisor';
  return commandLine.includes('bin/oblique.js') ? 'client' : undefined;
}

/** Dead, and not yet waited for by its parent. */
function isDead(pid: string): boolean {
  return /\) Z /.test(read(`/proc/${pid}/stat`));
}

/** The file's text; nothing where the process ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
