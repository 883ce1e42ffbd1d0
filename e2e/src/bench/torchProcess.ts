import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The first Python that can import torch and onnx: OBLIQUE_PYTHON, else python3; undefined where there is none. */
export function findPythonWithTorch(): string | undefined {
  const named = process.env['OBLIQUE_PYTHON'];
  const candidates = named === undefined || named === '' ? ['python3'] : [named, 'python3'];
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch, onnx']).status === 0);
}

/** A script of PyTorch's that times one pass for every line that it reads. */
export interface TorchProcess {
  /** Milliseconds of one pass, as the script itself measured them. */
  go(line: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts a script, which says a line of JSON when it is ready, and one with `seconds` for every line that it reads. */
export async function startTorch(
  python: string,
  script: string,
  options: readonly string[],
): Promise<TorchProcess> {
  const child = spawn(python, ['-W', 'ignore', script, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<{ readonly seconds?: number }> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${python} ${script} ended early.`);
    return JSON.parse(line.value) as { readonly seconds?: number };
  };
  await answer();
  return {
    go: async (line) => {
      child.stdin.write(`${line}\n`);
      return 1000 * ((await answer()).seconds ?? NaN);
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
