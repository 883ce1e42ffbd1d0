import { fileURLToPath } from 'node:url';
import { openImageSet } from '@oblique/datasets';
import { hueCounts } from '@oblique/statistics';
import { timed, type Contender } from './interleaved.js';
import { startTorch } from './torchProcess.js';

const SCRIPT = fileURLToPath(new URL('../../bench/hue_histogram.py', import.meta.url));

const IMAGES = 200;
const THREADS = 2;

type Closing = Contender & { close(): Promise<void> };

/** The hues of JPEG files by PyTorch, which also writes the files into the folder. */
export async function torchHueHistogram(python: string, folder: string): Promise<Closing> {
  const { go, close } = await startTorch(python, SCRIPT, [folder, `${IMAGES}`, `${THREADS}`]);
  return { name: "PyTorch's hue histogram", go: () => go('go'), close };
}

/** The same files' hues in all the ways in which Oblique counts them; the whole image, not its middle. */
export async function hueHistogram(folder: string): Promise<Closing> {
  const set = await openImageSet({ kind: 'location', location: folder });
  const pass = async (): Promise<void> => {
    // Images are read while others are counted.
    let next = 0;
    const reader = async (): Promise<void> => {
      for (let index = next++; index < set.length; index = next++) hueCounts(await set.read(index));
    };
    await Promise.all(Array.from({ length: 2 * THREADS }, reader));
  };
  return { name: 'hue histograms', go: () => timed(pass), close: () => set.close() };
}
