import { elementTypes } from './elementTypes.js';
import { prune } from './prune.js';
import type { Program, Value } from './program.js';

/**
 * The program that computes exactly these tensors, inner ones included; whatever they do not need is dropped, inputs
 * excepted.
 * @throws RangeError where the program has no tensor of that name.
 */
export function withOutputs(program: Program, names: readonly string[]): Program {
  const types = elementTypes(program);
  const declared = new Map<string, Value>(
    [...program.inputs, ...program.outputs].map((value) => [value.name, value]),
  );
  const outputs = names.map((name): Value => {
    const known = declared.get(name);
    if (known !== undefined) return known;
    const dtype = types.get(name);
    if (dtype === undefined) throw new RangeError(`The program ${program.name} has no tensor named ${name}.`);
    return { name, dtype, shape: undefined };
  });
  return prune({ ...program, outputs });
}
