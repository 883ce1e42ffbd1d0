import type { AttributeProto, GraphProto, NodeProto } from './generated/onnx.js';
import type { Attribute, Node } from './program.js';

/** The tensors of the outer graph that the node's subgraphs (of If, Loop, Scan) use by name; no duplicates. */
export function capturesOf({ attributes }: Pick<Node, 'attributes'>): string[] {
  const captures = Object.values(attributes).flatMap((attribute) =>
    attribute.type === 'graph' ? captured(attribute.value) : [],
  );
  return [...new Set(captures)];
}

/** All tensors that the node needs: its inputs, '' among them, and what its subgraphs capture. */
export function usesOf(node: Pick<Node, 'inputs' | 'attributes'>): readonly string[] {
  const captures = capturesOf(node);
  return captures.length === 0 ? node.inputs : [...node.inputs, ...captures];
}

/** The names of tensors that are made inside the node's subgraphs. */
export function innerNames({ attributes }: Pick<Node, 'attributes'>): string[] {
  return Object.values(attributes).flatMap((attribute) =>
    attribute.type === 'graph'
      ? [...madeIn(attribute.value), ...nested(attribute.value).flatMap(madeIn)]
      : [],
  );
}

/** The attribute with what its subgraph captures renamed; inner tensors that would hide a new name get another. */
export function renameCaptures(attribute: Attribute, rename: (name: string) => string): Attribute {
  return attribute.type === 'graph'
    ? { type: 'graph', value: renamedGraph(attribute.value, rename) }
    : attribute;
}

/** As {@link renameCaptures}, of a graph. */
export function renamedGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const own = new Set(madeIn(graph));
  const incoming = new Set(captured(graph).map(rename));
  const inner = (name: string): string => {
    if (name === '') return '';
    if (!own.has(name)) return rename(name);
    let free = name;
    while (incoming.has(free) || (free !== name && own.has(free))) free = `${free}_inner`;
    return free;
  };
  return {
    ...graph,
    input: graph.input.map((value) => ({ ...value, name: inner(value.name) })),
    output: graph.output.map((value) => ({ ...value, name: inner(value.name) })),
    valueInfo: graph.valueInfo.map((value) => ({ ...value, name: inner(value.name) })),
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: inner(tensor.name) })),
    sparseInitializer: graph.sparseInitializer.map((tensor) => ({
      ...tensor,
      values: tensor.values && { ...tensor.values, name: inner(tensor.values.name) },
    })),
    node: graph.node.map((node) => renamedNode(node, inner)),
  };
}

/** The node with its inputs, outputs and what its subgraphs capture renamed. */
export function renamedNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  const to = (name: string): string => (name === '' ? '' : rename(name));
  return {
    ...node,
    input: node.input.map(to),
    output: node.output.map(to),
    attribute: node.attribute.map((attribute) => withGraphs(attribute, (graph) => renamedGraph(graph, to))),
  };
}

/** The attribute with every graph in it changed. */
export function withGraphs(
  attribute: AttributeProto,
  change: (graph: GraphProto) => GraphProto,
): AttributeProto {
  return {
    ...attribute,
    g: attribute.g && change(attribute.g),
    graphs: attribute.graphs.map(change),
  };
}

/** Names that a graph makes: inputs, weights and outputs of nodes. */
export function madeIn(graph: GraphProto): string[] {
  return [
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
    ...graph.node.flatMap(({ output }) => output),
  ].filter((name) => name !== '');
}

/** Names that a node inside a graph needs, those its own subgraphs capture included. */
export function usedBy({ input, attribute }: NodeProto): string[] {
  return [...input.filter((name) => name !== ''), ...attribute.flatMap(graphsOf).flatMap(captured)];
}

function captured(graph: GraphProto): string[] {
  const own = new Set(madeIn(graph));
  const used = [...graph.node.flatMap(usedBy), ...graph.output.map(({ name }) => name)];
  return [...new Set(used)].filter((name) => !own.has(name));
}

/** The graphs inside a graph, at any depth. */
function nested(graph: GraphProto): GraphProto[] {
  const inside = graph.node.flatMap(({ attribute }) => attribute.flatMap(graphsOf));
  return [...inside, ...inside.flatMap(nested)];
}

function graphsOf({ g, graphs }: AttributeProto): GraphProto[] {
  return g === undefined ? graphs : [g, ...graphs];
}
