import { foldBatchNormalization, withOutputs, writeProgram } from '@oblique/onnx';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from './interleaved.js';
import { startTorch } from './torchProcess.js';
import { batch, BATCH_SIZE, SIZE_PIXELS, type Workload } from './workload.js';

const SCRIPT = fileURLToPath(new URL('../../bench/forward_ad.py', import.meta.url));

/** PyTorch's forward-mode AD in float32, one thread, on the same folded network, layers and stimuli. */
export async function torchForwardAd(
  { network, layers }: Workload,
  python: string,
  folder: string,
): Promise<Contender & { close(): Promise<void> }> {
  const path = join(folder, 'folded.onnx');
  const tensors = layers.map(({ tensor }) => tensor);
  await writeFile(path, writeProgram(foldBatchNormalization(withOutputs(network, tensors))));
  const torch = await startTorch(python, SCRIPT, [path, `${BATCH_SIZE}`, `${SIZE_PIXELS}`, '1', ...tensors]);
  const radians = batch().map((point) => ((point['orientation'] ?? 0) * Math.PI) / 180);
  return {
    name: "PyTorch's forward-mode AD",
    go: () => torch.go(JSON.stringify(radians)),
    close: () => torch.close(),
  };
}
