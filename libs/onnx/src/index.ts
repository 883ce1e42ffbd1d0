export * from './program.js';
export { OPSET, ProgramBuilder, type NodeOptions, type ProgramOptions } from './programBuilder.js';
export { readProgram, MalformedProgramError } from './readProgram.js';
export { writeProgram } from './writeProgram.js';
export { dataTypeCode, dtypeOfCode } from './dataTypes.js';
