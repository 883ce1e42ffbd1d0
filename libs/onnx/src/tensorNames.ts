import type { Program } from './program.js';
import { innerNames } from './subgraphs.js';

/** The names of all tensors of the program, those inside subgraphs included. */
export function tensorNames(program: Program): Set<string> {
  const names = new Set([...program.inputs.map(({ name }) => name), ...program.initializers.keys()]);
  for (const node of program.nodes)
    for (const name of [...node.outputs, ...innerNames(node)]) if (name !== '') names.add(name);
  return names;
}
