import { servingV1, stimulusV1 } from '@oblique/contracts';
import { startServices } from '@oblique/launcher';
import { writeProgram } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { measureSensitivity } from '@oblique/sensitivity';
import { createClient } from '@oblique/service';
import { join } from 'node:path';
import { timed, type Contender } from './interleaved.js';
import { BATCH_SIZE, orientations, stimulus, type Workload } from './workload.js';

/** Stimuli of one measurement: enough for a few batches. */
export const POINT_COUNT = 60;
const CHUNK_BYTES = 1024 * 1024;

/** A whole measurement by the library. */
export function byLibrary(runtime: Runtime, { network, layers }: Workload): Contender {
  let round = 0;
  return {
    name: 'measureSensitivity, library',
    go: () => {
      round += 1;
      const grid = [{ parameter: 'orientation', values: orientations(POINT_COUNT, round) }];
      return timed(() =>
        measureSensitivity({
          runtime,
          network,
          stimulus,
          variable: 'orientation',
          grid,
          layers,
          batchSize: BATCH_SIZE,
        }),
      );
    },
  };
}

/** The same through the serving service: a process of its own, gRPC over loopback, the artifact stored. */
export async function byService(
  { network, layers }: Workload,
  folder: string,
): Promise<Contender & { close(): Promise<void> }> {
  process.env['OBLIQUE_SERVING_WORKERS'] = '1';
  process.env['OBLIQUE_SERVING_THREADS_PER_WORKER'] = '1';
  const services = await startServices({
    store: join(folder, 'store'),
    home: join(folder, 'home'),
    names: ['serving'],
  });
  const serving = createClient(servingV1.ServingServiceService, services.endpoint('serving'));
  await serving.addModel(upload(writeProgram(network)));
  let round = 0;
  return {
    name: 'MeasureSensitivity, service',
    go: () => {
      round += 1;
      const request: servingV1.MeasureSensitivityRequest = {
        model: 'bench',
        stimulus: {
          ...stimulus,
          stretch: stimulusV1.Stretch.STRETCH_NONE,
          input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
          parameters: { ...stimulus.parameters },
        },
        variable: 'orientation',
        grid: [{ parameter: 'orientation', values: orientations(POINT_COUNT, round) }],
        layers: layers.map(({ name }) => name),
        batchSize: BATCH_SIZE,
        precision: servingV1.Precision.PRECISION_FLOAT32,
        centralDifference: undefined,
      };
      return timed(async () => {
        for await (const { event } of serving.measureSensitivity(request)) {
          if (event?.$case === 'result' && event.value.cached) throw new Error('The result was cached.');
        }
      });
    },
    async close() {
      serving.close();
      await services.stop();
    },
  };
}

function* upload(bytes: Uint8Array): Generator<servingV1.AddModelRequest> {
  const source = { $case: 'upload', value: { fileName: 'bench.onnx' } } as const;
  yield {
    part: { $case: 'header', value: { name: 'bench', replace: true, preprocessing: undefined, source } },
  };
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    yield { part: { $case: 'chunk', value: Buffer.from(bytes.subarray(start, start + CHUNK_BYTES)) } };
  }
}
