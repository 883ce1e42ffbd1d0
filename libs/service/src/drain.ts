import type { Server } from '@grpc/grpc-js';
import type { RunningCalls } from './runningCalls.js';

/** How long handlers get to answer a cancelled call before their connections are cut. */
const LAST_WORDS_MS = 500;

/**
 * Shuts a server down: no new calls; the running ones may end within the time given, are then told to by `abandoned`,
 * and lastly lose their connections. A call whose client has gone has ended for the server, and yet its handler may
 * still be writing: it is waited for like any other.
 */
export async function drain(
  server: Server,
  calls: RunningCalls,
  drainMs: number,
  abandoned: AbortController,
): Promise<void> {
  const shutDown = new Promise<void>((resolve) => {
    server.tryShutdown(() => {
      resolve();
    });
  });
  const drained = shutDown.then(() => calls.idle()).then(() => 'drained' as const);
  if ((await within(drainMs, drained)) === 'drained') return;
  abandoned.abort();
  await within(LAST_WORDS_MS, drained);
  server.forceShutdown();
}

async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
