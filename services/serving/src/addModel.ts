import { sha256InTurns, type Json, type Provenance } from '@oblique/artifacts';
import { servingV1 } from '@oblique/contracts';
import { withPreprocessing, type Preprocessing } from '@oblique/networks';
import { upgradeOpset, type Program } from '@oblique/onnx';
import { seedFrom } from '@oblique/random';
import type { Runtime } from '@oblique/runtime';
import { clientStreaming, readDigest, ServiceError } from '@oblique/service';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JobThreads } from './jobs/jobThreads.js';
import type { DerivationName } from './jobs/networkRecipe.js';
import { modelMessage } from './modelMessage.js';
import type { HeldModel, ModelRegistry } from './modelRegistry.js';
import { VERSION } from './version.js';

const NAME = /^[\w.\-@~=+]{1,200}$/u;

type Header = servingV1.AddModelRequest_Header;

/** What models are made with. */
interface Makers {
  readonly models: ModelRegistry;
  readonly runtime: Runtime;
  readonly jobs: JobThreads;
}

type Made = Pick<HeldModel, 'artifact' | 'program' | 'bytes'>;

/** AddModel: a header, then, for uploads, the bytes of the ONNX file. */
export function addModel(
  models: ModelRegistry,
  runtime: Runtime,
  jobs: JobThreads,
  maximumModelBytes: number,
) {
  const makers: Makers = { models, runtime, jobs };
  return clientStreaming<servingV1.AddModelRequest, servingV1.AddModelResponse>(async (requests, call) => {
    const { header, bytes } = await receive(requests, maximumModelBytes);
    if (header.name !== '' && (!NAME.test(header.name) || header.name.startsWith('sha256:'))) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${JSON.stringify(header.name)} cannot be a model's name; use up to 200 letters, digits and . _ - @ ~ = +`,
        { field: 'header.name' },
      );
    }
    const { artifact, model } = await refusingRanges(async () => {
      const made = await make(makers, header, bytes, call.signal);
      return { ...made, model: modelMessage({ name: header.name || undefined, ...made }) };
    });
    if (header.name !== '') await models.register(header.name, artifact, header.replace);
    return { model };
  });
}

async function receive(
  requests: AsyncIterable<servingV1.AddModelRequest>,
  maximumBytes: number,
): Promise<{ header: Header; bytes: Uint8Array }> {
  let header: Header | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const { part } of requests) {
    if (part?.$case === 'header' && header === undefined) {
      header = part.value;
    } else if (part?.$case === 'chunk' && header !== undefined) {
      size += part.value.byteLength;
      if (size > maximumBytes) {
        throw new ServiceError(
          'OUT_OF_MEMORY',
          `The model is larger than ${maximumBytes} bytes, the most that this service takes (--max-model-bytes).`,
        );
      }
      chunks.push(part.value);
    } else {
      throw new ServiceError('INVALID_ARGUMENT', 'AddModel takes one header, then chunks of bytes.', {
        field: 'part',
      });
    }
  }
  if (header === undefined)
    throw new ServiceError('INVALID_ARGUMENT', 'AddModel begins with a header.', { field: 'header' });
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
    await nextTurn();
  }
  return { header, bytes };
}

async function make(makers: Makers, header: Header, bytes: Uint8Array, signal: AbortSignal): Promise<Made> {
  const { source } = header;
  switch (source?.$case) {
    case 'upload':
      return upload(makers, header, source.value.fileName, bytes, signal);
    case 'architecture':
      return architecture(makers, header, source.value, signal);
    case 'derived':
      return derived(makers, header, source.value, signal);
    case 'digest':
      return makers.models.get(readDigest(source.value, 'header.digest'), 'header.digest');
    case undefined:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'The header names no source: an upload, an architecture, a derived model or a digest.',
        {
          field: 'header.source',
        },
      );
  }
}

async function upload(
  { models, runtime, jobs }: Makers,
  header: Header,
  fileName: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Made> {
  // What is no program at all is said by its reader, what the executor refuses by the executor.
  const program = await jobs.run('readNetwork', bytes, signal);
  const digest = await sha256InTurns(bytes);
  await runtime.describe(runtime.load(bytes, digest), { signal });
  upgradeOpset(program);
  const parameters = { fileName, file: digest, preprocessing: preprocessingJson(header) };
  const preprocessing = preprocessingOf(header);
  if (preprocessing === undefined) return stored(models, program, bytes, 'add', parameters);
  const annotated = withPreprocessing(program, preprocessing);
  const file = await jobs.run('annotateNetwork', { file: bytes, preprocessing }, signal);
  return stored(models, annotated, file, 'add', parameters);
}

async function architecture(
  { models, jobs }: Makers,
  header: Header,
  request: servingV1.Architecture,
  signal: AbortSignal,
): Promise<Made> {
  const { architecture: name, inputSizePixels, classes } = request;
  const seed = seedFrom(request.seed);
  const options = { seed, ...(inputSizePixels > 0 && { inputSizePixels }), ...(classes > 0 && { classes }) };
  const preprocessing = preprocessingOf(header);
  const recipe = { kind: 'architecture', architecture: name, options, preprocessing } as const;
  const bytes = await jobs.run('makeNetwork', recipe, signal);
  const program = await jobs.run('readNetwork', bytes, signal);
  const parameters = { architecture: name, ...options, preprocessing: preprocessingJson(header) };
  return stored(models, program, bytes, 'build', parameters);
}

const DERIVATIONS: Partial<Record<servingV1.Derivation, DerivationName>> = {
  [servingV1.Derivation.DERIVATION_SHUFFLED_WITHIN_TENSOR]: 'shuffled within tensor',
  [servingV1.Derivation.DERIVATION_SHUFFLED_OUTPUT_CHANNELS]: 'shuffled output channels',
  [servingV1.Derivation.DERIVATION_REINITIALISED]: 'reinitialised',
};

async function derived(
  { models, jobs }: Makers,
  header: Header,
  request: servingV1.Derived,
  signal: AbortSignal,
): Promise<Made> {
  const seed = seedFrom(request.seed);
  const derivation = DERIVATIONS[request.derivation];
  if (derivation === undefined) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Derivation ${request.derivation} is unknown; give shuffled within tensor, shuffled output channels, or reinitialised.`,
      { field: 'header.derived.derivation' },
    );
  }
  const source = await models.get(request.model, 'header.derived.model');
  const preprocessing = preprocessingOf(header);
  const recipe = { kind: 'derived', derivation, seed, source: source.bytes, preprocessing } as const;
  const bytes = await jobs.run('makeNetwork', recipe, signal);
  const program = await jobs.run('readNetwork', bytes, signal);
  const parameters = { derivation, seed, preprocessing: preprocessingJson(header) };
  return stored(models, program, bytes, 'derive', parameters, [source.artifact]);
}

async function stored(
  models: ModelRegistry,
  program: Program,
  bytes: Uint8Array,
  step: string,
  parameters: Json,
  inputs: Provenance['inputs'] = [],
): Promise<Made> {
  const artifact = await models.put(bytes, program, {
    step: `serving.${step}-model`,
    version: VERSION,
    parameters,
    inputs,
  });
  return { artifact, program, bytes };
}

function preprocessingOf({ preprocessing }: Header): Preprocessing | undefined {
  if (preprocessing === undefined) return undefined;
  const { channelOrder, scale, mean, std } = preprocessing;
  if (channelOrder === 'RGB' || channelOrder === 'BGR') return { channelOrder, scale, mean, std };
  throw new ServiceError(
    'INVALID_ARGUMENT',
    `channel_order is ${JSON.stringify(channelOrder)}; it is "RGB" or "BGR".`,
    { field: 'header.preprocessing.channel_order' },
  );
}

function preprocessingJson({ preprocessing }: Header): Json {
  return preprocessing === undefined ? null : { ...preprocessing };
}

/** Libraries say what they cannot build as RangeError. */
async function refusingRanges<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new ServiceError('INVALID_ARGUMENT', error.message, { field: 'header', cause: error });
    throw error;
  }
}
