import type { Program } from './program.js';

/**
 * The program with these weights as inputs, behind those it has, in the order given.
 * @throws RangeError where there is no weight of that name.
 */
export function initializersAsInputs(program: Program, names: readonly string[]): Program {
  const initializers = new Map(program.initializers);
  const inputs = names.map((name) => {
    const value = initializers.get(name);
    if (value === undefined) throw new RangeError(`${program.name} has no weight named ${name}.`);
    initializers.delete(name);
    return { name, dtype: value.dtype, shape: value.shape };
  });
  return { ...program, inputs: [...program.inputs, ...inputs], initializers };
}
