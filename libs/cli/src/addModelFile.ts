import type { servingV1 } from '@oblique/contracts';
import { ServiceError, UsageError, type RequestSource } from '@oblique/service';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Connection } from './connection.js';

const CHUNK_BYTES = 1024 ** 2;

/** What a user may say about a model when adding it. */
export interface ModelFileOptions {
  /** Empty: not registered, addressed by its digest. */
  readonly name: string;
  readonly replace?: boolean | undefined;
  readonly preprocessing?: servingV1.Preprocessing | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Whether the text names a file rather than a model.
 * @throws ServiceError UNKNOWN_MODEL where it can only be a file, and there is none.
 */
export function isModelFile(text: string): boolean {
  const found = existsSync(text) ? statSync(text) : undefined;
  if (found?.isFile() === true) return true;
  const looksLikeFile = /\.onnx$/iu.test(text) || /[/\\]/u.test(text);
  if (found?.isDirectory() === true && looksLikeFile)
    throw new ServiceError('UNKNOWN_MODEL', `${text} is a folder; name an ONNX file in it.`, {
      field: 'model',
    });
  if (looksLikeFile) throw new ServiceError('UNKNOWN_MODEL', `There is no file ${text}.`, { field: 'model' });
  return false;
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
  try {
    return await added(connection, () => requests(header, path), options.signal);
  } catch (error) {
    const refused = ServiceError.from(error);
    if (refused.reason !== 'MALFORMED_MODEL') throw refused;
    throw new ServiceError(refused.reason, `${path}: ${refused.message}`, {
      fields: refused.fields,
      cause: error,
    });
  }
}

/** Adds a network that Oblique builds. */
export async function addArchitecture(
  connection: Connection,
  architecture: string,
  seed: string,
  { name, replace, preprocessing, signal }: ModelFileOptions,
): Promise<servingV1.Model> {
  const header: servingV1.AddModelRequest_Header = {
    name,
    replace: replace ?? false,
    preprocessing,
    source: { $case: 'architecture', value: { architecture, seed, inputSizePixels: 0, classes: 0 } },
  };
  return added(connection, [{ part: { $case: 'header', value: header } }], signal);
}

async function added(
  connection: Connection,
  parts: RequestSource<servingV1.AddModelRequest>,
  signal: AbortSignal | undefined,
): Promise<servingV1.Model> {
  const { model } = await connection.serving.addModel(parts, { signal });
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

/** Reads a seed, a whole number of up to 64 bits. @throws UsageError */
export function readSeed(option: string, text: string): string {
  if (/^\d{1,20}$/.test(text.trim()) && BigInt(text) < 2n ** 64n) return String(BigInt(text));
  throw new UsageError(`${option} takes a whole number from 0 to 2^64 - 1, not ${JSON.stringify(text)}.`);
}

/** Reads a count. @throws UsageError */
export function readWholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== '') return value;
  throw new UsageError(`${option} takes a whole number from 0, not ${JSON.stringify(text)}.`);
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
