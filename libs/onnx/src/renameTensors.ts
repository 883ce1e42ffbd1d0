import type { Attribute, Program } from './program.js';
import { renameCaptures } from './subgraphs.js';

/** The program with every tensor renamed by `rename`, which must keep different names different; inside subgraphs too. */
export function renameTensors(program: Program, rename: (name: string) => string): Program {
  const to = (name: string): string => (name === '' ? '' : rename(name));
  return {
    ...program,
    inputs: program.inputs.map((value) => ({ ...value, name: to(value.name) })),
    outputs: program.outputs.map((value) => ({ ...value, name: to(value.name) })),
    initializers: new Map([...program.initializers].map(([name, value]) => [to(name), value])),
    nodes: program.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(to),
      outputs: node.outputs.map(to),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
          name,
          renameCaptures(attribute, to),
        ]),
      ),
    })),
  };
}
