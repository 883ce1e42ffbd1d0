import type { ChannelOptions } from '@grpc/grpc-js';

/** The largest single gRPC message that services and clients send or take: 64 MiB. Artifacts travel in chunks. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * What either side may send ahead of what the other has read, a stream and a connection: at a round trip of 40 ms,
 * HTTP/2's own 64 KiB are 1.5 MB/s (docs/decisions/0018).
 */
export const WINDOW_BYTES = 8 * 1024 * 1024;

/** Limits and keep-alive that both ends of every channel share. */
export const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // Of clients; what a server takes is set by widenWindows.
  'grpc-node.flow_control_window': WINDOW_BYTES,
  // A machine that vanished without closing its connections is noticed within minutes. Sooner would end connections to
  // processes that are only held up: a busy machine, or one that slept, answers late.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 180_000,
} as const satisfies ChannelOptions;
