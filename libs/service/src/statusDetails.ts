import { Metadata } from '@grpc/grpc-js';
import { googleRpcErrorDetails, googleRpcStatus } from '@oblique/contracts';

/** One field of a request that is wrong, by its path in the message, e.g. `grid[0].values`. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What travels beside status code and message, as `google.rpc` details. */
export interface StatusDetails {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fields: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
}

const TRAILER = 'grpc-status-details-bin';
const TYPE_URL_PREFIX = 'type.googleapis.com/google.rpc.';

/** Trailers with a serialised `google.rpc.Status`: ErrorInfo, and BadRequest and RetryInfo where they apply. */
export function encodeStatusDetails(code: number, message: string, details: StatusDetails): Metadata {
  const { ErrorInfo, BadRequest, RetryInfo } = googleRpcErrorDetails;
  const { reason, domain, metadata, fields, retryAfterMs } = details;
  const packed = [
    pack('ErrorInfo', ErrorInfo.encode(ErrorInfo.fromPartial({ reason, domain, metadata })).finish()),
  ];
  if (fields.length > 0) {
    const badRequest = BadRequest.fromPartial({ fieldViolations: [...fields] });
    packed.push(pack('BadRequest', BadRequest.encode(badRequest).finish()));
  }
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000);
    const retryInfo = { retryDelay: { seconds, nanos: Math.round((retryAfterMs - seconds * 1000) * 1e6) } };
    packed.push(pack('RetryInfo', RetryInfo.encode(retryInfo).finish()));
  }
  const status = googleRpcStatus.Status.encode({ code, message, details: packed }).finish();
  const trailers = new Metadata();
  trailers.set(TRAILER, Buffer.from(status));
  return trailers;
}

/** Reads them back; undefined where the trailers hold none, or none with an ErrorInfo, or are malformed. */
export function decodeStatusDetails(trailers: Metadata): StatusDetails | undefined {
  const { ErrorInfo, BadRequest, RetryInfo } = googleRpcErrorDetails;
  const [bytes] = trailers.get(TRAILER);
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const packed = new Map(
      googleRpcStatus.Status.decode(bytes).details.map(({ typeUrl, value }) => [typeUrl, value]),
    );
    const info = packed.get(`${TYPE_URL_PREFIX}ErrorInfo`);
    if (info === undefined) return undefined;
    const { reason, domain, metadata } = ErrorInfo.decode(info);
    const badRequest = packed.get(`${TYPE_URL_PREFIX}BadRequest`);
    const retryInfo = packed.get(`${TYPE_URL_PREFIX}RetryInfo`);
    const delay = retryInfo === undefined ? undefined : RetryInfo.decode(retryInfo).retryDelay;
    return {
      reason,
      domain,
      metadata,
      fields: badRequest === undefined ? [] : BadRequest.decode(badRequest).fieldViolations,
      retryAfterMs: delay === undefined ? undefined : delay.seconds * 1000 + delay.nanos / 1e6,
    };
  } catch {
    return undefined;
  }
}

function pack(type: string, value: Uint8Array): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: TYPE_URL_PREFIX + type, value };
}
