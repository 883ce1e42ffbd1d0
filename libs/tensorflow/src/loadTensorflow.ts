import type { Tf } from './kernel.js';

/** TensorFlow cannot be used on this machine; the message says why and what to install. */
export class TensorflowUnavailableError extends Error {
  override readonly name = 'TensorflowUnavailableError';
}

/** TensorFlow with its native library, and what it is, e.g. `tensorflow.js 4.22.0 (tensorflow)`. */
export interface LoadedTensorflow {
  readonly tf: Tf;
  readonly executor: string;
}

/**
 * Loads TensorFlow's native library with CUDA, which npm installs as an optional package without running its script:
 * the script fetches the library from outside the registry.
 * @throws TensorflowUnavailableError where it is not there.
 */
export async function loadTensorflow(): Promise<LoadedTensorflow> {
  // Not known to the compiler: the package is optional.
  const name: string = '@tensorflow/tfjs-node-gpu';
  try {
    const loaded: unknown = await import(name);
    const tf = moduleOf(loaded);
    await tf.ready();
    return { tf, executor: `tensorflow.js ${tf.version_core} (${tf.getBackend()})` };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new TensorflowUnavailableError(
      `TensorFlow cannot be used here (${reason.trim()}). It takes Linux on x64, CUDA 11 with cuDNN 8 for a GPU, and its ` +
        'native library: npm rebuild @tensorflow/tfjs-node-gpu --ignore-scripts=false --foreground-scripts. Or choose executor onnxruntime.',
      { cause: error },
    );
  }
}

/** The package is CommonJS: its namespace is the default export. */
function moduleOf(loaded: unknown): Tf {
  const outer = loaded as { readonly default?: Tf };
  if (outer.default === undefined) throw new TypeError('the package exports nothing');
  return outer.default;
}
