import { inferenceV2, servingV1, stimulusV1 } from '@oblique/contracts';
import { startServices } from '@oblique/launcher';
import { createClient } from '@oblique/service';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Timings } from './interleaved.js';

const SMALL = 'resnet20_cifar10.onnx';
const LARGE = 'squeezenet1_1_imagenet_from_fp16.onnx';

/** Calls that are timed in every situation. */
const CALLS = 200;

/** What a ModelInfer of a small network takes on a quiet service, and beside one and two measurements of a larger one. */
export interface InferenceTimes {
  readonly idle: Timings;
  readonly besideOne: Timings;
  readonly besideTwo: Timings;
}

/** Times the inference, call after call; undefined without the networks, which `OBLIQUE_DATA` holds. */
export async function inferenceBesideMeasurements(folder: string): Promise<InferenceTimes | undefined> {
  const networks = join(process.env['OBLIQUE_DATA'] ?? '', 'networks');
  if (![SMALL, LARGE].every((name) => existsSync(join(networks, name)))) return undefined;
  const services = await startServices({
    store: join(folder, 'inference'),
    home: join(folder, 'inference-home'),
    names: ['serving'],
  });
  const endpoint = services.endpoint('serving');
  // Clients of their own, as different people are.
  const inference = createClient(inferenceV2.GRPCInferenceServiceService, endpoint);
  const measurers = [1, 2].map(() => createClient(servingV1.ServingServiceService, endpoint));
  const [serving] = measurers;
  try {
    if (serving === undefined) throw new Error('There is no client.');
    for (const name of [SMALL, LARGE])
      await serving.addModel(upload(name, readFileSync(join(networks, name))));
    const infer = async (name: string): Promise<Timings> => {
      const milliseconds: number[] = [];
      for (let call = 0; call < CALLS; call += 1) {
        const startMs = performance.now();
        await inference.modelInfer(request());
        milliseconds.push(performance.now() - startMs);
      }
      return { name, milliseconds };
    };
    await infer('to warm up');
    const idle = await infer('ModelInfer, idle');
    const besides: Timings[] = [];
    for (const count of [1, 2]) {
      const stopping = new AbortController();
      const running = measurers
        .slice(0, count)
        .map((client, index) => measure(client, index, stopping.signal));
      await Promise.all(running.map(({ begun }) => begun));
      besides.push(await infer(`ModelInfer, beside ${count}`));
      stopping.abort();
      await Promise.all(running.map(({ ended }) => ended));
    }
    const [besideOne, besideTwo] = besides;
    if (besideOne === undefined || besideTwo === undefined) throw new Error('A timing is missing.');
    return { idle, besideOne, besideTwo };
  } finally {
    inference.close();
    for (const client of measurers) client.close();
    await services.stop();
  }
}

/** The 95th percentile. */
export function p95({ milliseconds }: Timings): number {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return sorted[Math.floor(0.95 * sorted.length)] ?? NaN;
}

function request(): inferenceV2.ModelInferRequest {
  const image = new Float32Array(3 * 32 * 32).fill(0.3);
  return inferenceV2.ModelInferRequest.fromPartial({
    modelName: SMALL,
    inputs: [{ name: 'input', datatype: 'FP32', shape: ['1', '3', '32', '32'] }],
    rawInputContents: [Buffer.from(image.buffer)],
  });
}

/** A measurement that takes longer than the timing; `begun` when its first stimuli are done. */
function measure(
  client: ReturnType<typeof createClient<typeof servingV1.ServingServiceService>>,
  index: number,
  signal: AbortSignal,
): { readonly begun: Promise<void>; readonly ended: Promise<void> } {
  let tellBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (tellBegun = resolve));
  const ended = (async () => {
    try {
      const responses = client.measureSensitivity(
        servingV1.MeasureSensitivityRequest.fromPartial({
          model: LARGE,
          stimulus: {
            family: 'gabor',
            input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
            widthPixels: 224,
            heightPixels: 224,
            parameters: { sigma: 30 + index },
          },
          variable: 'orientation',
          grid: [{ parameter: 'orientation', values: Array.from({ length: 100_000 }, (_, i) => i / 1000) }],
        }),
        { signal },
      );
      for await (const { event } of responses) {
        if (event?.$case === 'progress' && event.value.done > 0) tellBegun();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  })();
  return { begun: Promise.race([begun, ended]), ended };
}

function* upload(name: string, bytes: Uint8Array): Generator<servingV1.AddModelRequest> {
  const source = { $case: 'upload', value: { fileName: name } } as const;
  yield { part: { $case: 'header', value: { name, replace: true, preprocessing: undefined, source } } };
  yield { part: { $case: 'chunk', value: Buffer.from(bytes) } };
}
