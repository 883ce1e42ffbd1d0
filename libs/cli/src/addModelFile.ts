import type { servingV1 } from '@oblique/contracts';
import { ServiceError, UsageError } from '@oblique/service';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Connection } from './connection.js';

const CHUNK_BYTES = 1024 ** 2;

/** What a user may say about a model when adding it. */
export interface ModelFileOptions {
  /** Empty: not registered, addressed by its digest. */
  readonly name: string;
  readonly replace?: boolean;
  readonly preprocessing?: servingV1.Preprocessing | undefined;
  readonly signal?: AbortSignal;
}

/** Whether the text names a file rather than a model. */
export function isModelFile(text: string): boolean {
  return statSync(text, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The name under which a file is registered unless the user says another. */
export function modelNameOf(path: string): string {
  return basename(path)
    .replace(/\.onnx$/u, '')
    .replaceAll(/[^\w.\-@~=+]/gu, '_');
}

/** Uploads an ONNX file in chunks. */
export async function addModelFile(
  connection: Connection,
  path: string,
  options: ModelFileOptions,
): Promise<servingV1.Model> {
  const header: servingV1.AddModelRequest_Header = {
    name: options.name,
    replace: options.replace ?? false,
    preprocessing: options.preprocessing,
    source: { $case: 'upload', value: { fileName: basename(path) } },
  };
  const { model } = await connection.serving.addModel(requests(header, path), { signal: options.signal });
  if (model === undefined)
    throw new ServiceError('INTERNAL', 'The serving service added a model and did not say which.');
  return model;
}

/** Adds a network that Oblique builds. */
export async function addArchitecture(
  connection: Connection,
  request: servingV1.Architecture,
  name: string,
  replace: boolean,
): Promise<servingV1.Model> {
  const header: servingV1.AddModelRequest_Header = {
    name,
    replace,
    preprocessing: undefined,
    source: { $case: 'architecture', value: request },
  };
  const { model } = await connection.serving.addModel([{ part: { $case: 'header', value: header } }]);
  if (model === undefined)
    throw new ServiceError('INTERNAL', 'The serving service added a model and did not say which.');
  return model;
}

/** Reads `0.485,0.456,0.406`. */
export function readTriple(option: string, text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.length === 3 && values.every(Number.isFinite)) return values;
  throw new UsageError(
    `${option} takes three numbers (red, green, blue), e.g. 0.485,0.456,0.406; not ${JSON.stringify(text)}.`,
  );
}

async function* requests(
  header: servingV1.AddModelRequest_Header,
  path: string,
): AsyncGenerator<servingV1.AddModelRequest, void> {
  yield { part: { $case: 'header', value: header } };
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    yield { part: { $case: 'chunk', value: chunk } };
  }
}
