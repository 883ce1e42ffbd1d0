import {
  DeviceUnavailableError,
  InvalidRunError,
  OutOfMemoryError,
  ProgramRejectedError,
  RunFailedError,
} from './errors.js';

/** An error as a worker sends it: error classes do not survive the way between threads. */
export interface Failure {
  readonly kind: 'device' | 'program' | 'request' | 'memory' | 'run';
  readonly message: string;
  readonly tensor?: string | undefined;
}

/** What executors, JavaScript and CUDA say where memory runs out. */
const OUT_OF_MEMORY =
  /bad_alloc|bad allocation|failed to allocate memory|out of memory|array buffer allocation failed|invalid (typed )?array (buffer )?length|ALLOC_FAILED|cudaErrorMemoryAllocation/i;

/** The failure that stands for whatever was thrown; `kind` is what it is unless it is about memory. */
export function failureOf(error: unknown, kind: Failure['kind']): Failure {
  const message = (error instanceof Error ? error.message : String(error)).trim();
  if (error instanceof InvalidRunError) return { kind: 'request', message, tensor: error.tensor };
  if (error instanceof DeviceUnavailableError) return { kind: 'device', message };
  if (error instanceof ProgramRejectedError) return { kind: 'program', message };
  return { kind: OUT_OF_MEMORY.test(message) ? 'memory' : kind, message };
}

/** The error that a failure stands for. */
export function errorOf({ kind, message, tensor }: Failure): Error {
  switch (kind) {
    case 'device':
      return new DeviceUnavailableError(message);
    case 'program':
      return new ProgramRejectedError(`The executor rejects the program: ${message}`);
    case 'request':
      return new InvalidRunError(message, { tensor });
    case 'memory':
      return new OutOfMemoryError(
        `There is not enough memory to run the program; use smaller batches or images. The executor says: ${message}`,
      );
    case 'run':
      return new RunFailedError(`The program failed while it ran: ${message}`);
  }
}
