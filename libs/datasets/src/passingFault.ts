const PASSING =
  /^(EMFILE|ENFILE|ENOMEM|EAGAIN|EPIPE|ETIMEDOUT|E(CONN|HOST|NET|AI_).*|SlowDown|InternalError|ServiceUnavailable)$/;

/** Whether an error lies with the machine or the way to a server, so that what it befell may be sound. */
export function isPassingFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && PASSING.test(String(error.code));
}
