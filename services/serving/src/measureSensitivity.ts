import { readNpz, toNumbers } from '@oblique/arrays';
import {
  canonicalJson,
  isDigest,
  RecordCorruptError,
  sha256,
  type ArtifactStore,
  type Digest,
  type Json,
  type Provenance,
} from '@oblique/artifacts';
import { servingV1 } from '@oblique/contracts';
import type { Layer } from '@oblique/networks';
import type { Runtime } from '@oblique/runtime';
import {
  measureSensitivity as measure,
  networkInput,
  MAXIMUM_POINTS,
  type Derivative,
  type NonFiniteReason,
  type Precision,
  type Sensitivity,
} from '@oblique/sensitivity';
import { progressStream, serverStreaming, ServiceError } from '@oblique/service';
import {
  readGrid,
  readStimulus,
  readVariable,
  refusingAsync,
  stimulusMessage,
} from '@oblique/stimulus-requests';
import { sizedPoint } from '@oblique/stimuli';
import type { Admission } from './admission.js';
import type { JobThreads } from './jobs/jobThreads.js';
import { measurableLayers } from './measurableLayers.js';
import { measurementWarnings } from './measurementWarnings.js';
import type { ModelRegistry } from './modelRegistry.js';
import { VERSION } from './version.js';

const KIND = 'sensitivity.npz';
const COLLECTION = 'measurements';
/** Points that are marked in the message, at most: all are counted. */
const MAXIMUM_MARKED = 1000;
/** Results with at most this many values also travel in the message. */
const MAXIMUM_INLINE_VALUES = 100_000;
/** Size of stimuli where neither the request nor the network says. */
const DEFAULT_SIZE_PIXELS = 224;

/** MeasureSensitivity: D by layer and grid point; what was measured before is answered from the store. */
export function measureSensitivity(
  models: ModelRegistry,
  runtime: Runtime,
  store: ArtifactStore,
  admission: Admission,
  jobs: JobThreads,
) {
  return serverStreaming<servingV1.MeasureSensitivityRequest, servingV1.MeasureSensitivityResponse>(
    async function* (request, call) {
      const startMs = performance.now();
      const model = await models.get(request.model);
      const wanted = readStimulus(request.stimulus);
      const variable = readVariable(wanted.family, request.variable);
      const { grid, points } = readGrid(wanted, request.grid, MAXIMUM_POINTS);
      const input = networkInput(model.program);
      const size = {
        widthPixels: wanted.widthPixels ?? input.widthPixels ?? DEFAULT_SIZE_PIXELS,
        heightPixels: wanted.heightPixels ?? input.heightPixels ?? DEFAULT_SIZE_PIXELS,
      };
      const varied = grid.map(({ parameter }) => parameter);
      const stimulus = {
        family: wanted.family.name,
        ...size,
        stretch: wanted.stretch,
        input: wanted.input,
        parameters: sizedPoint(wanted.family, wanted.parameters, size, varied),
      };
      const inBatches = request.batchSize !== 1 && input.batchSize !== 1 && points.count > 1;
      const { layers, leftOut } = measurableLayers(
        model.program,
        request.layers,
        inBatches ? stimulus : undefined,
      );
      const precision = readPrecision(request.precision);
      const derivative = readDerivative(request.centralDifference);
      const { device, executor } = runtime.info;
      const parameters: Json = {
        stimulus,
        variable: variable.name,
        grid: grid.map((axis) => ({ ...axis })),
        layers: layers.map(({ name, tensor }) => ({ name, tensor })),
        precision,
        ...(derivative.kind === 'centralDifference' && { centralDifferenceStep: derivative.step }),
        device,
        executor,
      };
      const provenance: Provenance = {
        step: 'serving.measure-sensitivity',
        version: VERSION,
        parameters,
        inputs: [model.artifact],
      };
      const key = keyOf(provenance, model.artifact.digest);
      const facts = {
        layers,
        grid: grid.map(({ parameter, values }) => ({ parameter, values: [...values] })),
        device,
        executor,
        precision:
          precision === 'float64'
            ? servingV1.Precision.PRECISION_FLOAT64
            : servingV1.Precision.PRECISION_FLOAT32,
        pointCount: points.count,
        leftOut: leftOut.map(({ layer, reason }) => ({ layer: { ...layer }, reason })),
        stimulus: stimulusMessage(stimulus),
        warnings: measurementWarnings(model.program, stimulus, grid),
      };

      const known = await knownResult(store, key, layers, points.count);
      if (known !== undefined) {
        yield {
          event: { $case: 'result', value: { ...facts, ...known, seconds: 0, cached: true } },
        };
        return;
      }
      const admitted = admission.ask({
        client: call.client,
        kind: canonicalJson({
          model: model.artifact.digest,
          stimulus: { ...stimulus, parameters: {} },
          variable: variable.name,
          precision,
          layers: layers.map(({ tensor }) => tensor),
        }),
        stimuli: points.count,
        deadline: call.deadline,
      });
      try {
        for await (const queuePlace of admitted.places(call.signal)) {
          const waiting = {
            stage: 'queued',
            done: 0,
            total: points.count,
            unit: 'stimuli',
            ratePerSecond: 0,
          };
          yield { event: { $case: 'progress', value: { ...waiting, queuePlace } } };
        }
        const stage = `measuring ${model.name ?? (model.program.name || model.artifact.digest.slice(0, 14))}`;
        const events = progressStream(stage, 'stimuli', (report) =>
          refusingAsync('stimulus', () =>
            measure({
              runtime,
              network: model.program,
              stimulus,
              variable: variable.name,
              grid,
              layers,
              precision,
              derivative,
              batchSize: request.batchSize || undefined,
              client: call.client,
              write: (options, signal) =>
                jobs.run('writeSensitivity', { ...options, network: model.bytes }, signal),
              signal: call.signal,
              onBatch: admitted.done,
              onProgress: report,
            }),
          ),
        );
        for await (const event of events) {
          if (event.$case === 'progress') {
            yield { event: { $case: 'progress', value: event.value } };
            continue;
          }
          const { d, computedCount } = event.value;
          const marks = marksOf(event.value);
          const values = inlineValues(event.value);
          const memory = [...d.values()].flatMap(({ buffer }) =>
            buffer instanceof ArrayBuffer ? [buffer] : [],
          );
          const archive = await jobs.run('writeArchive', { d, grid: event.value.grid }, call.signal, memory);
          const artifact = await store.put(KIND, archive, provenance);
          await store.putRecord(COLLECTION, key, {
            digest: artifact.digest,
            computedCount,
            marked: marks.marked.map((mark) => ({ ...mark })),
            markedCount: marks.markedCount,
          });
          const seconds = (performance.now() - startMs) / 1000;
          yield {
            event: {
              $case: 'result',
              value: {
                ...facts,
                artifact,
                computedCount,
                ...marks,
                values,
                seconds,
                cached: false,
              },
            },
          };
        }
      } finally {
        admitted.end();
      }
    },
  );
}

function readPrecision(precision: servingV1.Precision): Precision {
  switch (precision) {
    case servingV1.Precision.PRECISION_UNSPECIFIED:
    case servingV1.Precision.PRECISION_FLOAT32:
      return 'float32';
    case servingV1.Precision.PRECISION_FLOAT64:
      return 'float64';
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `precision = ${precision} is unknown; give PRECISION_FLOAT32 or PRECISION_FLOAT64.`,
        { field: 'precision' },
      );
  }
}

function readDerivative(centralDifference: servingV1.CentralDifference | undefined): Derivative {
  if (centralDifference === undefined) return { kind: 'exact' };
  const { step } = centralDifference;
  if (Number.isFinite(step) && step > 0) return { kind: 'centralDifference', step };
  throw new ServiceError(
    'VALUE_OUT_OF_RANGE',
    `central_difference.step = ${step} is no step; give a finite number above 0 in the variable's derivative unit (radians for angles), or leave central_difference out for the exact derivative.`,
    { field: 'central_difference.step' },
  );
}

/** The key under which the result of a measurement is remembered: everything that it follows from. */
function keyOf({ step, version, parameters }: Provenance, model: Digest): string {
  const text = canonicalJson({ step, version, parameters, model });
  return sha256(new TextEncoder().encode(text)).slice('sha256:'.length);
}

async function knownResult(
  store: ArtifactStore,
  key: string,
  layers: readonly Layer[],
  pointCount: number,
): Promise<
  | Pick<servingV1.SensitivityResult, 'artifact' | 'computedCount' | 'values' | 'marked' | 'markedCount'>
  | undefined
> {
  const record = await store.getRecord(COLLECTION, key).catch((error: unknown) => {
    // A record that cannot be read is measured anew, and written over.
    if (error instanceof RecordCorruptError) return undefined;
    throw error;
  });
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
  const { digest, computedCount, marked: marks, markedCount } = record as Readonly<Record<string, Json>>;
  if (typeof digest !== 'string' || typeof computedCount !== 'number') return undefined;
  if (!Array.isArray(marks) || typeof markedCount !== 'number') return undefined;
  const marked = marks.map((mark) => servingV1.MarkedPoint.fromJSON(mark));
  if (!isDigest(digest) || !(await store.isWhole(digest))) return undefined;
  const { artifact } = await store.describe(digest);
  if (layers.length * pointCount > MAXIMUM_INLINE_VALUES)
    return { artifact, computedCount, marked, markedCount, values: [] };
  const arrays = readNpz(await store.get(digest));
  const d = new Map<string, Float64Array>();
  for (const { name } of layers) {
    const values = arrays.get(`D/${name}`);
    if (values === undefined) return undefined;
    d.set(name, toNumbers(values));
  }
  return { artifact, computedCount, marked, markedCount, values: inlineValues({ d }) };
}

function inlineValues({ d }: Pick<Sensitivity, 'd'>): servingV1.LayerSensitivity[] {
  const count = [...d.values()].reduce((sum, values) => sum + values.length, 0);
  return count > MAXIMUM_INLINE_VALUES ? [] : [...d].map(([layer, values]) => ({ layer, d: [...values] }));
}

const REASONS: Readonly<Record<NonFiniteReason, servingV1.NonFiniteReason>> = {
  notANumber: servingV1.NonFiniteReason.NON_FINITE_REASON_NOT_A_NUMBER,
  overflow: servingV1.NonFiniteReason.NON_FINITE_REASON_OVERFLOW,
  infiniteSlope: servingV1.NonFiniteReason.NON_FINITE_REASON_INFINITE_SLOPE,
  sumOverflow: servingV1.NonFiniteReason.NON_FINITE_REASON_SUM_OVERFLOW,
  unexamined: servingV1.NonFiniteReason.NON_FINITE_REASON_UNEXAMINED,
};

/** Where D is no finite number, and why. */
function marksOf({ marked }: Sensitivity): Pick<servingV1.SensitivityResult, 'marked' | 'markedCount'> {
  return {
    marked: marked.slice(0, MAXIMUM_MARKED).map((mark) => ({ ...mark, reason: REASONS[mark.reason] })),
    markedCount: marked.length,
  };
}
