import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesOf,
  float32,
  float64,
  ndarray,
  ndarrayFromBytes,
  type DType,
  type NdArray,
} from '@oblique/arrays';
import { inferenceV2 } from '@oblique/contracts';
import { int, dataTypeCode, ProgramBuilder, writeProgram, type Program } from '@oblique/onnx';
import { ProgramRejectedError, Runtime } from '@oblique/runtime';
import {
  createClient,
  defineService,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kserveDatatype } from '../kserveDatatype.js';
import type { ServedModel } from './inferenceContext.js';
import { inferenceService } from './inferenceService.js';

type Contents = Partial<inferenceV2.InferTensorContents>;
type InferRequest = Parameters<typeof inferenceV2.ModelInferRequest.fromPartial>[0];

/** A value of every element type: its array, and how typed contents hold it. */
const VALUES: readonly (readonly [NdArray, Contents])[] = [
  [ndarray('bool', [2], Uint8Array.of(1, 0)), { boolContents: [true, false] }],
  [ndarray('int8', [2], Int8Array.of(-128, 127)), { intContents: [-128, 127] }],
  [ndarray('int16', [2], Int16Array.of(-32768, 32767)), { intContents: [-32768, 32767] }],
  [ndarray('int32', [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)), { intContents: [-(2 ** 31), 2 ** 31 - 1] }],
  [
    ndarray('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
    { int64Contents: ['-9223372036854775808', '9223372036854775807'] },
  ],
  [ndarray('uint8', [2], Uint8Array.of(0, 255)), { uintContents: [0, 255] }],
  [ndarray('uint16', [2], Uint16Array.of(0, 65535)), { uintContents: [0, 65535] }],
  [ndarray('uint32', [2], Uint32Array.of(0, 2 ** 32 - 1)), { uintContents: [0, 2 ** 32 - 1] }],
  [
    ndarray('uint64', [2], BigUint64Array.of(0n, 2n ** 64n - 1n)),
    { uint64Contents: ['0', '18446744073709551615'] },
  ],
  [float32([2], [1.5, -Infinity]), { fp32Contents: [1.5, -Infinity] }],
  [float64([2], [Math.PI, Number.MIN_VALUE]), { fp64Contents: [Math.PI, Number.MIN_VALUE] }],
];

function identity(dtype: DType): Program {
  const builder = new ProgramBuilder(`identity of ${dtype}`);
  builder.input('x', dtype, ['N']);
  builder.output(builder.op('Identity', ['x'], {}, { output: 'y' }), dtype, ['N']);
  return builder.build();
}

/** sum = a + b for a [N, 3] and b [3]; half = sum as FP16. */
function adder(): Program {
  const builder = new ProgramBuilder('adder');
  builder.input('a', 'float32', ['N', 3]);
  builder.input('b', 'float32', [3]);
  const sum = builder.op('Add', ['a', 'b'], {}, { output: 'sum' });
  builder.output(sum, 'float32', ['N', 3]);
  const half = { to: int(dataTypeCode('float16')) };
  builder.output(builder.op('Cast', [sum], half, { output: 'half' }), 'float16', ['N', 3]);
  return builder.build();
}

/** Gives a float32 tensor of the shape fed. */
function filler(): Program {
  const builder = new ProgramBuilder('filler');
  builder.input('shape', 'int64', ['R']);
  builder.output(builder.op('ConstantOfShape', ['shape'], {}, { output: 'y' }));
  return builder.build();
}

function unrunnable(): Program {
  const builder = new ProgramBuilder('unrunnable');
  builder.output(builder.op('Frobnicate', [builder.input('x', 'float32', ['N'])], {}, { output: 'y' }));
  return builder.build();
}

const PROGRAMS = new Map<string, Program>([
  ...VALUES.map(([{ dtype }]): [string, Program] => [`identity-${dtype}`, identity(dtype)]),
  ['identity-float16', identity('float16')],
  ['adder', adder()],
  ['filler', filler()],
  ['unrunnable', unrunnable()],
]);

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof inferenceV2.GRPCInferenceServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-inference-'));
  const served = new Map(
    [...PROGRAMS].map(([name, program]): [string, ServedModel] => {
      return [name, { program, bytes: writeProgram(program), digest: `sha256:version of ${name}` }];
    }),
  );
  const definition = defineService({
    name: 'inference-test',
    description: 'The Open Inference Protocol over a few small programs.',
    defaultPort: 0,
    version: '1',
    errors: [[ProgramRejectedError, 'MALFORMED_MODEL']],
    register: async ({ onClose }) => {
      const runtime = await Runtime.start({ device: 'cpu', workers: 1 });
      onClose(() => runtime.close());
      const models = { find: async (name: string) => served.get(name), list: async () => [...served.keys()] };
      return [inferenceService({ models, runtime })];
    },
  });
  service = await startService(definition, ['--store', folder, '--log-level', 'silent', '--port', '0']);
  client = createClient(inferenceV2.GRPCInferenceServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

function infer(request: InferRequest): Promise<inferenceV2.ModelInferResponse> {
  return client.modelInfer(inferenceV2.ModelInferRequest.fromPartial(request));
}

async function refusal(
  promise: Promise<unknown>,
): Promise<{ reason: string; field: string | undefined; message: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ServiceError)) throw new Error('The call did not fail.', { cause: error });
  return { reason: error.reason, field: error.fields[0]?.field, message: error.message };
}

const fp32 = (name: string, shape: readonly number[], values: readonly number[]) => ({
  name,
  datatype: 'FP32',
  shape: shape.map(String),
  contents: { fp32Contents: [...values] },
});
const raw32 = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

describe('server and models', () => {
  it('is live, ready, and says what it is', async () => {
    expect(await client.serverLive({})).toEqual({ live: true });
    expect(await client.serverReady({})).toEqual({ ready: true });
    const metadata = await client.serverMetadata({});
    expect(metadata).toEqual({
      name: 'oblique',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      extensions: [],
    });
  });

  it('knows which models can be run', async () => {
    const ready = async (name: string, version = '') => (await client.modelReady({ name, version })).ready;
    expect(await ready('adder')).toBe(true);
    expect(await ready('adder', 'sha256:version of adder')).toBe(true);
    expect(await ready('adder', '7')).toBe(false);
    expect(await ready('subtracter')).toBe(false);
    expect(await ready('unrunnable')).toBe(false);
  });

  it('describes a model, free sizes as -1 and an unknown shape as one free size', async () => {
    expect(await client.modelMetadata({ name: 'adder', version: '' })).toEqual({
      name: 'adder',
      versions: ['sha256:version of adder'],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [-1, 3] },
        { name: 'b', datatype: 'FP32', shape: [3] },
      ],
      outputs: [
        { name: 'sum', datatype: 'FP32', shape: [-1, 3] },
        { name: 'half', datatype: 'FP16', shape: [-1, 3] },
      ],
    });
    const filled = await client.modelMetadata({ name: 'filler', version: '' });
    expect(filled.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [-1] }]);
  });

  it('says NOT_FOUND for unknown models and versions', async () => {
    const unknown = await refusal(client.modelMetadata({ name: 'subtracter', version: '' }));
    expect(unknown).toMatchObject({ reason: 'UNKNOWN_MODEL', field: 'name' });
    expect(unknown.message).toMatch(/no model "subtracter"; there are .*adder/);
    expect(await refusal(client.modelMetadata({ name: 'adder', version: '7' }))).toMatchObject({
      reason: 'UNKNOWN_MODEL',
      field: 'version',
    });
    expect(await refusal(infer({ modelName: 'subtracter' }))).toMatchObject({
      reason: 'UNKNOWN_MODEL',
      field: 'model_name',
    });
    expect(await refusal(infer({ modelName: 'adder', modelVersion: '7' }))).toMatchObject({
      field: 'model_version',
    });
  });
});

describe('ModelInfer', () => {
  it.each(VALUES)('carries $dtype typed and raw, exactly', async (array, contents) => {
    const datatype = kserveDatatype(array.dtype);
    const request = {
      modelName: `identity-${array.dtype}`,
      inputs: [{ name: 'x', datatype, shape: ['2'], contents }],
    };
    const typed = await infer(request);
    expect(typed.rawOutputContents).toEqual([]);
    expect(typed.outputs).toEqual([
      {
        name: 'y',
        datatype,
        shape: [2],
        parameters: {},
        contents: inferenceV2.InferTensorContents.fromPartial(contents),
      },
    ]);
    const raw = await infer({
      modelName: `identity-${array.dtype}`,
      inputs: [{ name: 'x', datatype, shape: ['2'] }],
      rawInputContents: [Buffer.from(bytesOf(array))],
    });
    expect(raw.outputs).toEqual([{ name: 'y', datatype, shape: [2], parameters: {}, contents: undefined }]);
    expect(raw.rawOutputContents).toEqual([Buffer.from(bytesOf(array))]);
  });

  it('carries FP16 raw only', async () => {
    const bits = Buffer.from(Uint16Array.of(0x3c00, 0xc100).buffer);
    const x = { name: 'x', datatype: 'FP16', shape: ['2'] };
    const response = await infer({ modelName: 'identity-float16', inputs: [x], rawInputContents: [bits] });
    expect(response.rawOutputContents).toEqual([bits]);
    const typed = { ...x, contents: { fp32Contents: [1, -2.5] } };
    expect(await refusal(infer({ modelName: 'identity-float16', inputs: [typed] }))).toEqual({
      reason: 'INVALID_ARGUMENT',
      field: 'inputs[0].contents',
      message: 'Input x: FP16 has no typed contents; use raw_input_contents.',
    });
  });

  it('gives the outputs asked for in their order, and the id and version', async () => {
    const inputs = [fp32('b', [3], [10, 20, 30]), fp32('a', [1, 3], [1, 2, 3])];
    const both = await infer({ modelName: 'adder', id: 'question 1', inputs });
    expect(both).toMatchObject({
      modelName: 'adder',
      modelVersion: 'sha256:version of adder',
      id: 'question 1',
    });
    // FP16 has no typed contents, so the whole response is raw.
    expect(both.outputs.map(({ name, datatype }) => [name, datatype])).toEqual([
      ['sum', 'FP32'],
      ['half', 'FP16'],
    ]);
    expect(both.rawOutputContents).toEqual([raw32([11, 22, 33]), expect.any(Buffer)]);
    const reversed = await infer({
      modelName: 'adder',
      inputs,
      outputs: [{ name: 'half' }, { name: 'sum' }],
    });
    expect(reversed.outputs.map(({ name }) => name)).toEqual(['half', 'sum']);
    const one = await infer({ modelName: 'adder', inputs, outputs: [{ name: 'sum' }] });
    expect(one.outputs).toMatchObject([
      { name: 'sum', shape: [1, 3], contents: { fp32Contents: [11, 22, 33] } },
    ]);
  });

  it('takes any size where the model has -1, none included', async () => {
    for (const count of [1, 5, 0]) {
      const ones = Array.from({ length: 3 * count }, () => 1);
      const inputs = [fp32('a', [count, 3], ones), fp32('b', [3], [1, 2, 3])];
      const { outputs } = await infer({ modelName: 'adder', inputs, outputs: [{ name: 'sum' }] });
      expect(outputs[0]?.shape).toEqual([count, 3]);
      expect(outputs[0]?.contents?.fp32Contents).toEqual(ones.map((_, index) => 2 + (index % 3)));
    }
    const empty = { name: 'a', datatype: 'FP32', shape: ['0', '3'] };
    const response = await infer({ modelName: 'adder', inputs: [empty, fp32('b', [3], [1, 2, 3])] });
    expect(response.outputs[0]?.shape).toEqual([0, 3]);
  });

  it('reads raw contents wherever they lie in the message', async () => {
    const inputs = [
      { name: 'a', datatype: 'FP32', shape: ['1', '3'] },
      { name: 'b', datatype: 'FP32', shape: ['3'] },
    ];
    for (const id of ['', 'x', 'xy', 'xyz']) {
      const rawInputContents = [raw32([1, 2, 3]), raw32([10, 20, 30])];
      const { rawOutputContents } = await infer({ modelName: 'adder', id, inputs, rawInputContents });
      expect(ndarrayFromBytes('float32', [3], rawOutputContents[0] ?? new Uint8Array())).toEqual(
        float32([3], [11, 22, 33]),
      );
    }
  });

  const a = fp32('a', [1, 3], [1, 2, 3]);
  const b = fp32('b', [3], [1, 2, 3]);
  const rawA = { name: 'a', datatype: 'FP32', shape: ['1', '3'] };
  const rawB = { name: 'b', datatype: 'FP32', shape: ['3'] };
  const bytes = raw32([1, 2, 3]);
  const wrong: readonly (readonly [string, InferRequest, string, RegExp])[] = [
    ['a missing input', { inputs: [a] }, 'inputs', /Input b \(FP32 \[3\]\) is missing/],
    [
      'an unknown input',
      { inputs: [a, b, fp32('c', [1], [1])] },
      'inputs[2].name',
      /no input "c"; its inputs are a/,
    ],
    ['an input given twice', { inputs: [a, a, b] }, 'inputs[1].name', /a is given twice/],
    ['another datatype', { inputs: [{ ...a, datatype: 'FP64' }, b] }, 'inputs[0].datatype', /FP32 .* "FP64"/],
    ['no datatype', { inputs: [{ ...a, datatype: '' }, b] }, 'inputs[0].datatype', /cannot take datatype ""/],
    ['a free size', { inputs: [{ ...a, shape: ['-1', '3'] }, b] }, 'inputs[0].shape', /size -1 in \[-1, 3\]/],
    [
      'an absurd size',
      { inputs: [{ ...a, shape: ['9223372036854775807', '3'] }, b] },
      'inputs[0].shape',
      /9223372036854775807/,
    ],
    [
      'a wrong fixed size',
      { inputs: [fp32('a', [1, 2], [1, 2]), b] },
      'inputs[0].shape',
      /axis 1 has size 3/,
    ],
    [
      'a wrong number of axes',
      { inputs: [a, fp32('b', [1, 3], [1, 2, 3])] },
      'inputs[1].shape',
      /it has 1 axes/,
    ],
    [
      'too few elements',
      { inputs: [fp32('a', [1, 3], [1]), b] },
      'inputs[0].contents.fp32_contents',
      /3 elements, not 1/,
    ],
    [
      'contents of another datatype',
      { inputs: [{ ...a, contents: { intContents: [1, 2, 3] } }, b] },
      'inputs[0].contents.int_contents',
      /fp32_contents, not int_contents/,
    ],
    [
      'no contents',
      { inputs: [{ ...a, contents: undefined }, b] },
      'inputs[0].contents.fp32_contents',
      /not 0/,
    ],
    [
      'raw and typed contents',
      { inputs: [rawA, b], rawInputContents: [bytes, bytes] },
      'inputs[1].contents',
      /raw and typed/,
    ],
    [
      'too few raw contents',
      { inputs: [rawA, rawB], rawInputContents: [bytes] },
      'raw_input_contents',
      /1 raw contents for 2/,
    ],
    [
      'raw contents of another size',
      { inputs: [rawA, rawB], rawInputContents: [bytes, bytes.subarray(1)] },
      'raw_input_contents[1]',
      /12 bytes, not 11/,
    ],
    [
      'an unknown output',
      { inputs: [a, b], outputs: [{ name: 'product' }] },
      'outputs[0].name',
      /no output "product".*sum, half/,
    ],
    [
      'an output asked for twice',
      { inputs: [a, b], outputs: [{ name: 'sum' }, { name: 'sum' }] },
      'outputs[1].name',
      /twice/,
    ],
    [
      'an unsupported extension',
      { inputs: [a, b], outputs: [{ name: 'sum', parameters: { classification: {} } }] },
      'outputs[0].parameters.classification',
      /not supported/,
    ],
  ];
  it.each(wrong)('refuses %s', async (_, request, field, message) => {
    const error = await refusal(infer({ modelName: 'adder', ...request }));
    expect(error).toMatchObject({ reason: 'INVALID_ARGUMENT', field });
    expect(error.message).toMatch(message);
  });

  it('refuses typed numbers that the datatype cannot hold', async () => {
    const x = { name: 'x', datatype: 'UINT8', shape: ['2'], contents: { uintContents: [1, 256] } };
    expect(await refusal(infer({ modelName: 'identity-uint8', inputs: [x] }))).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: 'Input x: 256 (element 1) is out of range for UINT8.',
    });
  });

  it('refuses a model that the executor rejects, and outputs that fit no message', async () => {
    const rejected = infer({ modelName: 'unrunnable', inputs: [fp32('x', [1], [1])] });
    expect(await refusal(rejected)).toMatchObject({
      reason: 'MALFORMED_MODEL',
      message: expect.stringMatching('Frobnicate'),
    });
    const shape = {
      name: 'shape',
      datatype: 'INT64',
      shape: ['1'],
      contents: { int64Contents: ['20000000'] },
    };
    expect(await refusal(infer({ modelName: 'filler', inputs: [shape] }))).toMatchObject({
      reason: 'MESSAGE_TOO_LARGE',
      message: expect.stringMatching('80000000 bytes'),
    });
    expect((await client.serverReady({})).ready).toBe(true);
  });
});
