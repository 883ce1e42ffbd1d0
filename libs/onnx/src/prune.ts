import type { Program } from './program.js';

/** The program without the nodes and weights that its outputs do not need. Its inputs stay as they are. */
export function prune(program: Program): Program {
  const needed = new Set(program.outputs.map(({ name }) => name));
  const nodes = program.nodes
    .toReversed()
    .filter((node) => {
      const used = node.outputs.some((output) => needed.has(output));
      if (used) for (const input of node.inputs) needed.add(input);
      return used || hasSubgraph(node.attributes);
    })
    .reverse();
  for (const node of nodes) for (const input of node.inputs) needed.add(input);
  const subgraphs = nodes.some((node) => hasSubgraph(node.attributes));
  const initializers = subgraphs
    ? program.initializers
    : new Map([...program.initializers].filter(([name]) => needed.has(name)));
  return { ...program, nodes, initializers };
}

/** Subgraphs (If, Loop) use tensors of the outer graph by name, unseen among the node's inputs. */
function hasSubgraph(attributes: Program['nodes'][number]['attributes']): boolean {
  return Object.values(attributes).some(({ type }) => type === 'opaque');
}
