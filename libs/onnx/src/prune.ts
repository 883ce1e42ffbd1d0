import type { Program } from './program.js';
import { usesOf } from './subgraphs.js';

/** The program without the nodes and weights that its outputs do not need. Its inputs stay as they are. */
export function prune(program: Program): Program {
  const needed = new Set(program.outputs.map(({ name }) => name));
  const nodes = program.nodes
    .toReversed()
    .filter((node) => {
      const used = node.outputs.some((output) => output !== '' && needed.has(output));
      if (used) for (const name of usesOf(node)) needed.add(name);
      return used;
    })
    .reverse();
  const initializers = new Map([...program.initializers].filter(([name]) => needed.has(name)));
  return { ...program, nodes, initializers };
}
