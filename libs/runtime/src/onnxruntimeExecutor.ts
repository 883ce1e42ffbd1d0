import { ndarrayFromBytes, type DType, type NdArray } from '@oblique/arrays';
import { ProgramBuilder, writeProgram } from '@oblique/onnx';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { DeviceUnavailableError, ProgramRejectedError } from './errors.js';
import type { Executor, Session } from './executor.js';
import type { Feeds, Signature, TensorSignature, WorkerConfiguration } from './messages.js';

/**
 * ONNX Runtime, on the CPU or on CUDA.
 * @throws DeviceUnavailableError where CUDA cannot be used.
 */
export async function onnxruntimeExecutor({ device, threads }: WorkerConfiguration): Promise<Executor> {
  // Errors are thrown as well as logged; the log would only repeat them on stderr.
  env.logLevel = 'fatal';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  };
  if (device === 'cuda') await probeCuda(options);
  return {
    name: `onnxruntime ${env.versions.node ?? env.versions.common}`,
    load: async (program) => {
      const session = await InferenceSession.create(program, options);
      try {
        return new OnnxruntimeSession(session);
      } catch (error) {
        await session.release();
        throw error;
      }
    },
  };
}

class OnnxruntimeSession implements Session {
  readonly signature: Signature;
  readonly #session: InferenceSession;
  readonly #dtypes: ReadonlyMap<string, DType>;

  constructor(session: InferenceSession) {
    this.#session = session;
    this.signature = {
      inputs: session.inputMetadata.map((value) => signatureOf(value, 'Input')),
      outputs: session.outputMetadata.map((value) => signatureOf(value, 'Output')),
    };
    this.#dtypes = new Map(this.signature.outputs.map(({ name, dtype }) => [name, dtype]));
  }

  async run(feeds: Feeds, outputs: readonly string[]): Promise<Record<string, NdArray>> {
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, data, shape }]) => [name, new Tensor(dtype, data, shape)]),
    );
    const results = await this.#session.run(tensors, [...outputs]);
    return Object.fromEntries(
      outputs.map((name) => {
        const result = results[name];
        const dtype = this.#dtypes.get(name);
        if (result === undefined || dtype === undefined) throw new Error(`Output ${name} was not computed.`);
        return [name, arrayOf(result, dtype)];
      }),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function arrayOf(tensor: Tensor, dtype: DType): NdArray {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data)) throw new Error('Tensors of text are not supported.');
  return ndarrayFromBytes(dtype, tensor.dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function signatureOf(value: InferenceSession.ValueMetadata, what: string): TensorSignature {
  if (!value.isTensor) throw new ProgramRejectedError(`${what} ${value.name} is not a tensor.`);
  const dtype = dtypeOf(value.type);
  if (dtype === undefined) {
    throw new ProgramRejectedError(
      `${what} ${value.name} has element type ${value.type}, which is not supported.`,
    );
  }
  return { name: value.name, dtype, shape: value.shape };
}

function dtypeOf(type: Tensor.Type): DType | undefined {
  return type === 'string' || type === 'int4' || type === 'uint4' ? undefined : type;
}

async function probeCuda(options: InferenceSession.SessionOptions): Promise<void> {
  const builder = new ProgramBuilder('probe');
  builder.output(
    builder.op('Neg', [builder.input('x', 'float32', [1])], {}, { output: 'y' }),
    'float32',
    [1],
  );
  try {
    const session = await InferenceSession.create(writeProgram(builder.build()), options);
    await session.run({ x: new Tensor('float32', new Float32Array(1), [1]) });
    await session.release();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new DeviceUnavailableError(
      `Device cuda cannot be used here (${reason}). It takes Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and ` +
        "ONNX Runtime's CUDA libraries, which are not installed by default: " +
        'node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12. Or choose device cpu.',
      { cause: error },
    );
  }
}
