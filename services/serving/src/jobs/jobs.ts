import { writeNpz, type NdArray } from '@oblique/arrays';
import { UnknownArchitectureError, withPreprocessing, type Preprocessing } from '@oblique/networks';
import { readProgram, writeProgram, type Program } from '@oblique/onnx';
import {
  sensitivityArchive,
  writeSensitivityProgram,
  type Sensitivity,
  type WriteSensitivityProgram,
  type WrittenSensitivityProgram,
} from '@oblique/sensitivity';
import { ServiceError } from '@oblique/service';
import { refusing } from '@oblique/stimulus-requests';
import { followRecipe, type NetworkRecipe } from './networkRecipe.js';
import { sharedBytes } from './sharedBytes.js';

/** What came out, and the memory that it takes along to the thread that asked. */
export interface Outcome<Value> {
  readonly value: Value;
  readonly transfer: ArrayBuffer[];
}

/** A sensitivity program's options, the network as the bytes of its ONNX file. */
export type WrittenProgramRequest = Omit<Parameters<WriteSensitivityProgram>[0], 'network'> & {
  readonly network: Uint8Array;
};

/** What takes long, and is therefore done in threads (`JobThreads`). Files come in memory that threads share. */
export const JOBS = {
  /** The ONNX file of a network that nobody uploads. */
  makeNetwork: (recipe: NetworkRecipe): Outcome<Uint8Array> =>
    refusingRanges(() => shared(writeProgram(followRecipe(recipe)))),

  /** The network of an ONNX file. @throws MalformedProgramError */
  readNetwork: (file: Uint8Array): Outcome<Program> => {
    const program = readProgram(file);
    return { value: program, transfer: [...new Set([...program.initializers.values()].flatMap(ownMemory))] };
  },

  /** The ONNX file with the preprocessing in its metadata. */
  annotateNetwork: ({
    file,
    preprocessing,
  }: {
    readonly file: Uint8Array;
    readonly preprocessing: Preprocessing;
  }): Outcome<Uint8Array> =>
    refusingRanges(() => shared(writeProgram(withPreprocessing(readProgram(file), preprocessing)))),

  /** The program that measures. @throws as writeSensitivityProgram does */
  writeSensitivity: ({ network, ...options }: WrittenProgramRequest): Outcome<WrittenSensitivityProgram> => {
    const program = readProgram(network);
    const value = refusing('stimulus', () => writeSensitivityProgram({ ...options, network: program }));
    return { value, transfer: [] };
  },

  /** The `.npz` of a measurement. */
  writeArchive: (measured: Pick<Sensitivity, 'd' | 'grid'>): Outcome<Uint8Array> =>
    shared(writeNpz(sensitivityArchive(measured))),
};

function shared(bytes: Uint8Array): Outcome<Uint8Array> {
  return { value: sharedBytes(bytes), transfer: [] };
}

function ownMemory({ data }: NdArray): ArrayBuffer[] {
  return data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
}

/** Libraries say what they cannot build as RangeError. */
function refusingRanges<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof UnknownArchitectureError)) throw error;
    throw new ServiceError('INVALID_ARGUMENT', error.message, { field: 'header', cause: error });
  }
}
