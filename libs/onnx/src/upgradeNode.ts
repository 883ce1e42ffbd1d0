import { unreadForm, UnreadFormError } from './checkOperators.js';
import { isComposedName } from './compositions.js';
import { GraphProto } from './generated/onnx.js';
import type { Attribute, Attributes, Node } from './program.js';
import { OPSET, ProgramBuilder } from './programBuilder.js';
import { readNode } from './readNode.js';
import { capturesOf } from './subgraphs.js';
import { UPGRADES, type UpgradeContext } from './upgrades.js';
import { nodeProto, tensorProto } from './writeProgram.js';

/** Adds what the node is in the newer set. */
export function upgradeNode(b: ProgramBuilder, node: Node, context: UpgradeContext): void {
  const change = node.domain === '' && Object.hasOwn(UPGRADES, node.op) ? UPGRADES[node.op] : undefined;
  const subgraphs = context.opset < OPSET && capturesOf(node).length > 0;
  if (isComposedName(node.op) && node.domain === '') {
    // Nothing of it is left that could be held against the table later.
    const reason = unreadForm(node, context.opset);
    if (reason !== undefined) throw new UnreadFormError(node, reason);
  }
  if (change !== undefined && context.opset < change.before) change.upgrade(b, node, context);
  else b.push(subgraphs ? { ...node, attributes: upgradedSubgraphs(node, context) } : node);
}

/** The node's attributes with the nodes of its subgraphs upgraded. */
function upgradedSubgraphs(node: Node, context: UpgradeContext): Attributes {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
      name,
      attribute.type === 'graph'
        ? { type: 'graph', value: upgradedGraph(attribute.value, context) }
        : attribute,
    ]),
  );
}

function upgradedGraph(graph: GraphProto, context: UpgradeContext): GraphProto {
  const nodes = graph.node.map(readNode);
  const b = new ProgramBuilder(graph.name);
  const captured = capturesOf({ attributes: { body: { type: 'graph', value: graph } } });
  const own = [...graph.input.map(({ name }) => name), ...graph.initializer.map(({ name }) => name)];
  // Fresh names of the builder must avoid all of these; their types do not matter here.
  for (const name of new Set([...captured, ...own])) b.input(name, 'float32', undefined);
  b.reserve(nodes);
  for (const node of nodes) upgradeNode(b, node, context);
  const { initializers, nodes: upgraded } = b.build();
  return {
    ...graph,
    initializer: [
      ...graph.initializer,
      ...[...initializers].map(([name, value]) => tensorProto(name, value)),
    ],
    node: upgraded.map((node) => nodeProto(node, node.name)),
  };
}
