import { writeProgram } from '@oblique/onnx';
import { ProgramHandle } from '@oblique/runtime';
import { networkInput } from './networkInput.js';
import { programMemory, type ProgramMemory } from './programMemory.js';
import { sensitivityProgram, type SensitivityProgramOptions } from './sensitivityProgram.js';

/** A sensitivity program as an ONNX file, and what is known of it. All of it can go from one thread to another. */
export interface WrittenSensitivityProgram {
  /** The file, in memory that threads share, and its SHA-256. */
  readonly file: Pick<ProgramHandle, 'memory' | 'digest'>;
  /** Undefined where it cannot be told. */
  readonly memory: ProgramMemory | undefined;
  /** The names of its inputs. */
  readonly inputs: readonly string[];
}

/**
 * Builds the program and writes it: seconds for networks of a hundred million weights.
 * @throws as {@link sensitivityProgram} does
 */
export function writeSensitivityProgram(options: SensitivityProgramOptions): WrittenSensitivityProgram {
  const { network, precision = 'float32' } = options;
  const program = sensitivityProgram(options);
  const { memory, digest } = new ProgramHandle(writeProgram(program));
  const batchInputs = program.inputs
    .filter(({ shape }) => shape?.length === 1 && typeof shape[0] === 'string')
    .map(({ name }) => name);
  const fixedBatch = networkInput(network).batchSize;
  return {
    file: { memory, digest },
    memory: programMemory(program, batchInputs, memory.byteLength, precision, fixedBatch),
    inputs: program.inputs.map(({ name }) => name),
  };
}
