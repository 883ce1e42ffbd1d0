/** The device that was asked for cannot be used on this machine; the message says why and what to install. */
export class DeviceUnavailableError extends Error {
  override readonly name = 'DeviceUnavailableError';
}

/** The executor does not accept the program; the message holds its reason. */
export class ProgramRejectedError extends Error {
  override readonly name = 'ProgramRejectedError';
}

/** The feeds or the outputs asked for do not fit the program; nothing was run. */
export class InvalidRunError extends Error {
  override readonly name = 'InvalidRunError';
  /** The input or output at fault. */
  readonly tensor: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly tensor?: string | undefined } = {}) {
    super(message, options);
    this.tensor = options.tensor;
  }
}

/** The program, or one run of it, needs more memory than there is or than the runtime may use. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

/** The program failed while it ran, e.g. because two of its tensors do not fit each other. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** The worker thread that ran the request ended before it was done. Later requests get a new worker. */
export class WorkerDiedError extends Error {
  override readonly name = 'WorkerDiedError';
}

/** As many requests wait as are allowed, in all or of one client. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  /** In how long those that wait are thought to be done. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The runtime was closed before the request was done. */
export class RuntimeClosedError extends Error {
  override readonly name = 'RuntimeClosedError';
}
