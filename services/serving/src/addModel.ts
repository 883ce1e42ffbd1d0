import { sha256, type Json, type Provenance } from '@oblique/artifacts';
import { servingV1 } from '@oblique/contracts';
import {
  buildNetwork,
  reinitialise,
  shuffleOutputChannels,
  shuffleWithinTensors,
  withPreprocessing,
  type Preprocessing,
} from '@oblique/networks';
import { readProgram, upgradeOpset, writeProgram, type Program } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { clientStreaming, readDigest, ServiceError } from '@oblique/service';
import { modelMessage } from './modelMessage.js';
import type { HeldModel, ModelRegistry } from './modelRegistry.js';

/** Version of what architectures and derivations mean: raised when the same request would give another network. */
const VERSION = '1';

const NAME = /^[\w.\-@~=+]{1,200}$/u;

type Header = servingV1.AddModelRequest_Header;
type Made = Pick<HeldModel, 'artifact' | 'program' | 'bytes'>;

/** AddModel: a header, then, for uploads, the bytes of the ONNX file. */
export function addModel(models: ModelRegistry, runtime: Runtime, maximumModelBytes: number) {
  return clientStreaming<servingV1.AddModelRequest, servingV1.AddModelResponse>(async (requests, call) => {
    const { header, bytes } = await receive(requests, maximumModelBytes);
    if (header.name !== '' && (!NAME.test(header.name) || header.name.startsWith('sha256:'))) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${JSON.stringify(header.name)} cannot be a model's name; use up to 200 letters, digits and . _ - @ ~ = +`,
        { field: 'header.name' },
      );
    }
    const made = await refusingRanges(() => make(models, header, bytes));
    await runtime.describe(runtime.load(made.bytes), { signal: call.signal });
    if (header.name !== '') await models.register(header.name, made.artifact, header.replace);
    return { model: modelMessage({ name: header.name || undefined, ...made }) };
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
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return { header, bytes };
}

async function make(models: ModelRegistry, header: Header, bytes: Uint8Array): Promise<Made> {
  const { source } = header;
  switch (source?.$case) {
    case 'upload':
      return upload(models, header, source.value.fileName, bytes);
    case 'architecture':
      return architecture(models, header, source.value);
    case 'derived':
      return derived(models, header, source.value);
    case 'digest':
      return models.get(readDigest(source.value, 'header.digest'), 'header.digest');
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
  models: ModelRegistry,
  header: Header,
  fileName: string,
  bytes: Uint8Array,
): Promise<Made> {
  const program = readProgram(bytes);
  upgradeOpset(program);
  const parameters = { fileName, file: sha256(bytes), preprocessing: preprocessingJson(header) };
  if (header.preprocessing === undefined) return stored(models, program, bytes, 'add', parameters);
  return store(models, annotated(program, header), 'add', parameters);
}

async function architecture(
  models: ModelRegistry,
  header: Header,
  request: servingV1.Architecture,
): Promise<Made> {
  const { architecture: name, seed, inputSizePixels, classes } = request;
  const program = buildNetwork(name, {
    seed,
    ...(inputSizePixels > 0 && { inputSizePixels }),
    ...(classes > 0 && { classes }),
  });
  const parameters = {
    architecture: name,
    seed,
    inputSizePixels,
    classes,
    preprocessing: preprocessingJson(header),
  };
  return store(models, annotated(program, header), 'build', parameters);
}

const DERIVATIONS: Partial<Record<servingV1.Derivation, (program: Program, seed: number) => Program>> = {
  [servingV1.Derivation.DERIVATION_SHUFFLED_WITHIN_TENSOR]: shuffleWithinTensors,
  [servingV1.Derivation.DERIVATION_SHUFFLED_OUTPUT_CHANNELS]: shuffleOutputChannels,
  [servingV1.Derivation.DERIVATION_REINITIALISED]: reinitialise,
};

async function derived(models: ModelRegistry, header: Header, request: servingV1.Derived): Promise<Made> {
  const derive = DERIVATIONS[request.derivation];
  if (derive === undefined) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Derivation ${request.derivation} is unknown; give shuffled within tensor, shuffled output channels, or reinitialised.`,
      { field: 'header.derived.derivation' },
    );
  }
  const source = await models.get(request.model, 'header.derived.model');
  const program = annotated(derive(source.program, request.seed), header);
  const parameters = {
    derivation: servingV1.derivationToJSON(request.derivation),
    seed: request.seed,
    preprocessing: preprocessingJson(header),
  };
  return store(models, program, 'derive', parameters, [source.artifact]);
}

async function store(
  models: ModelRegistry,
  program: Program,
  step: string,
  parameters: Json,
  inputs: Provenance['inputs'] = [],
): Promise<Made> {
  return stored(models, program, writeProgram(program), step, parameters, inputs);
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

function annotated(program: Program, { preprocessing }: Header): Program {
  if (preprocessing === undefined) return program;
  const { channelOrder, scale, mean, std } = preprocessing;
  if (channelOrder !== 'RGB' && channelOrder !== 'BGR') {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `channel_order is ${JSON.stringify(channelOrder)}; it is "RGB" or "BGR".`,
      {
        field: 'header.preprocessing.channel_order',
      },
    );
  }
  const checked: Preprocessing = { channelOrder, scale, mean, std };
  return withPreprocessing(program, checked);
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
