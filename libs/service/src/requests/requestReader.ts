import { fromBinary, type DescMessage } from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';

import { inputOf } from '../descriptors.js';
import { ServiceError } from '../serviceError.js';
import { checkRequest } from './checkRequest.js';
import { BULK_METHODS, MOST_REQUEST_BYTES } from './fieldLimits.js';

/** Reads the bytes of a request. @throws ServiceError naming what is wrong with them */
export type RequestReader<Request> = (bytes: Buffer) => Request;

/**
 * What reads requests of a method: the one border where bytes from outside become a message. They are decoded in the
 * handler, not by grpc-js, which would call what it cannot decode an internal error.
 */
export function requestReader<Request extends object>({
  path,
  requestDeserialize,
}: Pick<MethodDefinition<Request, unknown>, 'path' | 'requestDeserialize'>): RequestReader<Request> {
  const schema = inputOf(path);
  const mostBytes = BULK_METHODS.has(path) ? Infinity : MOST_REQUEST_BYTES;
  return (bytes) => {
    if (bytes.byteLength > mostBytes) {
      throw new ServiceError(
        'MESSAGE_TOO_LARGE',
        `The request has ${bytes.byteLength} bytes; ${path} takes at most ${mostBytes}. Send large data as artifacts.`,
      );
    }
    const request = decode(schema, requestDeserialize, bytes);
    checkRequest(schema, request);
    return request;
  };
}

function decode<Request>(schema: DescMessage, read: (bytes: Buffer) => Request, bytes: Buffer): Request {
  try {
    return read(bytes);
  } catch (cause) {
    const whole = decodedWhole(schema, bytes);
    // The generated code refuses a count that a double does not hold, and does not say which it was.
    if (whole !== undefined) checkRequest(schema, whole);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('INVALID_ARGUMENT', `The request is no ${schema.typeName}: ${reason}.`, { cause });
  }
}

/** The message with all 64 bits of its numbers; undefined where the bytes are none. */
function decodedWhole(schema: DescMessage, bytes: Buffer): object | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}
