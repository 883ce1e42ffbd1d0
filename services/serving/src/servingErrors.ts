import { UnsupportedOperatorError } from '@oblique/autodiff';
import { UnknownArchitectureError, UnknownLayerError } from '@oblique/networks';
import { MalformedProgramError, NoFloat64Error } from '@oblique/onnx';
import {
  DeviceUnavailableError,
  InvalidRunError,
  OutOfMemoryError,
  ProgramRejectedError,
  QueueFullError,
  RunFailedError,
  RuntimeClosedError,
  WorkerDiedError,
} from '@oblique/runtime';
import { SensitivityError } from '@oblique/sensitivity';
import type { ErrorMapping } from '@oblique/service';

/** How errors of the libraries reach clients, whichever thread they come from. */
export const SERVING_ERRORS: readonly ErrorMapping[] = [
  [MalformedProgramError, 'MALFORMED_MODEL'],
  [ProgramRejectedError, 'MALFORMED_MODEL'],
  [UnsupportedOperatorError, 'UNSUPPORTED_OPERATOR'],
  [NoFloat64Error, 'UNSUPPORTED_OPERATOR'],
  [UnknownLayerError, 'UNKNOWN_LAYER'],
  [UnknownArchitectureError, 'INVALID_ARGUMENT'],
  [SensitivityError, 'INVALID_ARGUMENT'],
  [InvalidRunError, 'INVALID_ARGUMENT'],
  [RunFailedError, 'INVALID_ARGUMENT'],
  [OutOfMemoryError, 'OUT_OF_MEMORY'],
  [WorkerDiedError, 'WORKER_DIED'],
  [DeviceUnavailableError, 'DEVICE_UNAVAILABLE'],
  [QueueFullError, 'OVERLOADED'],
  [RuntimeClosedError, 'UNAVAILABLE'],
];
