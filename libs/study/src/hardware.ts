import os from 'node:os';

/** The machine that writes a report. */
export function hardware(): Record<string, string> {
  const cpus = os.cpus();
  return {
    'processor of the orchestrator': `${cpus[0]?.model.trim() ?? 'unknown'}, ${cpus.length} cores`,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    platform: `${os.platform()} ${os.arch()}`,
  };
}
