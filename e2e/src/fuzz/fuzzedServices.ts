import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localPrograms, startServices, type LaunchedServices } from '@oblique/launcher';

/** Time for a collection of garbage after the signal. */
const COLLECTION_MS = 1500;

/** The services of a run of the fuzzer: processes of their own that must not die. */
export class FuzzedServices {
  readonly #services: LaunchedServices;
  readonly #deaths: string[];

  private constructor(
    services: LaunchedServices,
    deaths: string[],
    readonly home: string,
  ) {
    this.#services = services;
    this.#deaths = deaths;
  }

  /** Starts all services over a store below `home`. */
  static async start(home: string): Promise<FuzzedServices> {
    const wrapper = fileURLToPath(new URL('./collectableService.js', import.meta.url));
    const deaths: string[] = [];
    const services = await startServices({
      store: join(home, 'store'),
      home,
      programs: localPrograms().map((program) => ({
        ...program,
        script: wrapper,
        arguments: [program.script],
      })),
      onRestart: ({ name, died }) => deaths.push(`${name} died: ${died}`),
    });
    return new FuzzedServices(services, deaths, home);
  }

  endpoint(service: string): string {
    return this.#services.endpoint(service);
  }

  /** What died since this was last asked. */
  takeDeaths(): string[] {
    return this.#deaths.splice(0);
  }

  /** Waits until all services answer again. */
  async settled(): Promise<void> {
    while (this.#services.status().some(({ pid }) => pid === undefined)) await delay(100);
  }

  /** Resident memory by service once garbage is collected, in MiB. */
  async residentMebibytes(): Promise<Map<string, number>> {
    const running = this.#services.status();
    for (const { pid } of running) if (pid !== undefined) process.kill(pid, 'SIGUSR2');
    await delay(COLLECTION_MS);
    const found = new Map<string, number>();
    for (const { name, pid } of running) {
      if (pid === undefined) continue;
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      found.set(name, Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) / 1024);
    }
    return found;
  }

  async stop(): Promise<void> {
    await this.#services.stop();
  }
}
