import { readProgram } from '@oblique/onnx';
import {
  loadTensorflow,
  NotOnTensorflowError,
  TensorflowProgram,
  TensorflowUnavailableError,
} from '@oblique/tensorflow';
import { DeviceUnavailableError, ProgramRejectedError } from './errors.js';
import type { Executor, Session } from './executor.js';
import type { TensorSignature } from './messages.js';

/**
 * TensorFlow through TensorFlow.js, which takes the GPU where it finds one.
 * @throws DeviceUnavailableError where its native library is not installed.
 */
export async function tensorflowExecutor(): Promise<Executor> {
  const { tf, executor } = await loadTensorflow().catch((error: unknown) => {
    if (error instanceof TensorflowUnavailableError)
      throw new DeviceUnavailableError(error.message, { cause: error });
    throw error;
  });
  return {
    name: executor,
    load: async (bytes) => {
      const source = readProgram(bytes);
      const program = rejecting(() => new TensorflowProgram(tf, source));
      const signature = (value: (typeof source.inputs)[number]): TensorSignature => ({
        name: value.name,
        dtype: value.dtype,
        shape: value.shape ?? [],
      });
      const session: Session = {
        signature: { inputs: source.inputs.map(signature), outputs: source.outputs.map(signature) },
        run: async (feeds, outputs) => program.run(feeds, outputs),
        release: async () => program.dispose(),
      };
      return session;
    },
  };
}

function rejecting<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof NotOnTensorflowError)
      throw new ProgramRejectedError(error.message, { cause: error });
    throw error;
  }
}
