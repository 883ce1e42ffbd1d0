import { foldBatchNormalization, withOutputs, writeProgram } from '@oblique/onnx';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contender } from './interleaved.js';
import { batch, BATCH_SIZE, SIZE_PIXELS, type Workload } from './workload.js';

const SCRIPT = fileURLToPath(new URL('../../bench/forward_ad.py', import.meta.url));

/** The first Python that can import torch and onnx: OBLIQUE_PYTHON, else python3; undefined where there is none. */
export function findPythonWithTorch(): string | undefined {
  const named = process.env['OBLIQUE_PYTHON'];
  const candidates = named === undefined || named === '' ? ['python3'] : [named, 'python3'];
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch, onnx']).status === 0);
}

/** PyTorch's forward-mode AD in float32, one thread, on the same folded network, layers and stimuli. */
export async function torchForwardAd(
  { network, layers }: Workload,
  python: string,
  folder: string,
): Promise<Contender & { close(): Promise<void> }> {
  const path = join(folder, 'folded.onnx');
  const tensors = layers.map(({ tensor }) => tensor);
  await writeFile(path, writeProgram(foldBatchNormalization(withOutputs(network, tensors))));
  const child = spawn(
    python,
    ['-W', 'ignore', SCRIPT, path, `${BATCH_SIZE}`, `${SIZE_PIXELS}`, '1', ...tensors],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<{ readonly seconds?: number }> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${python} ${SCRIPT} ended early.`);
    return JSON.parse(line.value) as { readonly seconds?: number };
  };
  await answer();
  const radians = batch().map((point) => ((point['orientation'] ?? 0) * Math.PI) / 180);
  return {
    name: "PyTorch's forward-mode AD",
    go: async () => {
      child.stdin.write(`${JSON.stringify(radians)}\n`);
      return 1000 * ((await answer()).seconds ?? NaN);
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
