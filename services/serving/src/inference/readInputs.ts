import { bytesPerElement, ndarrayFromBytes, sizeOf, type NdArray } from '@oblique/arrays';
import type { inferenceV2 } from '@oblique/contracts';
import type { Program, Value } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import { kserveDatatype } from '../kserveDatatype.js';
import { readContents } from './readContents.js';
import { refuseExtensions } from './refuseExtensions.js';

type InputTensor = inferenceV2.ModelInferRequest_InferInputTensor;

/**
 * The request's tensors by name, as the program takes them. Whether their shapes fit the program is left to the
 * runtime, which knows its sizes.
 * @throws ServiceError INVALID_ARGUMENT that names the field: an input that the program does not have, given twice or
 *   not at all, of another datatype, with a free size, with too few or too many elements, or both raw and typed.
 */
export function readInputs(
  request: inferenceV2.ModelInferRequest,
  program: Program,
): Record<string, NdArray> {
  const { inputs, rawInputContents: raw } = request;
  if (raw.length > 0 && raw.length !== inputs.length) {
    const message = `There are ${raw.length} raw contents for ${inputs.length} inputs; each input takes one, in order.`;
    throw new ServiceError('INVALID_ARGUMENT', message, { field: 'raw_input_contents' });
  }
  const feeds = new Map<string, NdArray>();
  inputs.forEach((tensor, index) => {
    const field = `inputs[${index}]`;
    const value = readValue(tensor, program, field);
    if (feeds.has(tensor.name)) throw invalid(`Input ${tensor.name} is given twice.`, `${field}.name`);
    refuseExtensions(tensor.parameters, field);
    const shape = readShape(tensor, field);
    const bytes = raw[index];
    if (bytes === undefined) {
      feeds.set(tensor.name, readContents(value.dtype, shape, tensor, field));
      return;
    }
    if (tensor.contents !== undefined) {
      throw invalid(
        `Input ${tensor.name} has raw and typed contents; send one of them.`,
        `${field}.contents`,
      );
    }
    feeds.set(tensor.name, readRaw(value, shape, bytes, index));
  });
  const missing = program.inputs.find(({ name }) => !feeds.has(name));
  if (missing !== undefined) throw invalid(`Input ${describe(missing)} is missing.`, 'inputs');
  return Object.fromEntries(feeds);
}

function readValue({ name, datatype }: InputTensor, program: Program, field: string): Value {
  const value = program.inputs.find((input) => input.name === name);
  if (value === undefined) {
    const known = program.inputs.map(describe).join(', ') || 'none';
    throw invalid(
      `The model has no input ${JSON.stringify(name)}; its inputs are ${known}.`,
      `${field}.name`,
    );
  }
  if (datatype !== kserveDatatype(value.dtype)) {
    const message = `Input ${describe(value)} cannot take datatype ${JSON.stringify(datatype)}.`;
    throw invalid(message, `${field}.datatype`);
  }
  return value;
}

function readShape({ name, shape }: InputTensor, field: string): number[] {
  return shape.map((text) => {
    const size = Number(text);
    if (size >= 0 && Number.isSafeInteger(size)) return size;
    const message = `Input ${name} has size ${text} in [${shape.join(', ')}]; every size of a request's tensor is given.`;
    throw invalid(message, `${field}.shape`);
  });
}

function readRaw(
  { name, dtype }: Value,
  shape: readonly number[],
  bytes: Uint8Array,
  index: number,
): NdArray {
  const expected = sizeOf(shape) * bytesPerElement(dtype);
  if (bytes.byteLength !== expected) {
    throw invalid(
      `Input ${name} of ${kserveDatatype(dtype)} [${shape.join(', ')}] takes ${expected} bytes, not ${bytes.byteLength}.`,
      `raw_input_contents[${index}]`,
    );
  }
  return ndarrayFromBytes(dtype, shape, bytes);
}

function describe({ name, dtype, shape }: Value): string {
  return `${name} (${kserveDatatype(dtype)} [${shape?.join(', ') ?? 'any shape'}])`;
}

function invalid(message: string, field: string): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', message, { field });
}
