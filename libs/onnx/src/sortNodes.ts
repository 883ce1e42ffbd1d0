import { MalformedProgramError } from './malformedProgramError.js';
import type { Node } from './program.js';
import { usesOf } from './subgraphs.js';

/**
 * The nodes so that each comes behind those whose outputs it uses; in the order given where that is one already.
 * @param known Tensors that no node makes: inputs and weights.
 * @throws MalformedProgramError where a tensor that is used is made by nothing, or nodes wait for one another.
 */
export function sortNodes(nodes: readonly Node[], known: ReadonlySet<string>): Node[] {
  const makers = new Map(
    nodes.flatMap((node) =>
      node.outputs.filter((output) => output !== '').map((output) => [output, node] as const),
    ),
  );
  const waiting = new Map<Node, number>();
  const users = new Map<Node, Node[]>();
  for (const node of nodes) {
    const needed = new Set<Node>();
    for (const name of usesOf(node)) {
      if (name === '' || known.has(name)) continue;
      const maker = makers.get(name);
      if (maker === undefined)
        throw new MalformedProgramError(`Node ${node.name} (${node.op}) uses ${name}, which nothing makes.`);
      needed.add(maker);
    }
    waiting.set(node, needed.size);
    for (const maker of needed) {
      const known = users.get(maker);
      if (known === undefined) users.set(maker, [node]);
      else known.push(node);
    }
  }
  const sorted: Node[] = [];
  const emit = (first: Node): void => {
    const ready = [first];
    for (let node = ready.shift(); node !== undefined; node = ready.shift()) {
      sorted.push(node);
      waiting.set(node, -1);
      for (const user of users.get(node) ?? []) {
        const left = (waiting.get(user) ?? 0) - 1;
        waiting.set(user, left);
        if (left === 0 && passed.has(user)) ready.push(user);
      }
    }
  };
  // Nodes behind which the walk has passed already follow as soon as they can.
  const passed = new Set<Node>();
  for (const node of nodes) {
    passed.add(node);
    if (waiting.get(node) === 0) emit(node);
  }
  if (sorted.length === nodes.length) return sorted;
  const stuck = nodes.filter((node) => (waiting.get(node) ?? 0) > 0);
  const names = stuck.slice(0, 5).map(({ name, op }) => `${name} (${op})`);
  throw new MalformedProgramError(
    `The nodes ${names.join(', ')} wait for one another: a program cannot use a tensor before it is made.`,
  );
}
