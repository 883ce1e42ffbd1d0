import type { ChannelOptions } from '@grpc/grpc-js';

/** The largest single gRPC message that services and clients send or take: 64 MiB. Artifacts travel in chunks. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Limits and keep-alive that both ends of every channel share. */
export const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // A machine that vanished without closing its connections is noticed within a minute.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
} as const satisfies ChannelOptions;
