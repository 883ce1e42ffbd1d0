import { freshNames } from './freshNames.js';
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from './generated/onnx.js';
import { MalformedProgramError } from './malformedProgramError.js';
import { madeIn, renamedNode, withGraphs } from './subgraphs.js';

/**
 * The model's graph with every call of one of its own functions replaced by the function's nodes: inputs and outputs
 * become those of the call, inner tensors get names below the call's.
 * @throws MalformedProgramError where a function calls itself, or is written in another operator set than the model.
 */
export function inlineFunctions(model: ModelProto, graph: GraphProto): GraphProto {
  if (model.functions.length === 0) return graph;
  const functions = new Map(model.functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  const versions = new Map(model.opsetImport.map(({ domain, version }) => [normal(domain), version]));
  const fresh = freshNames([...madeIn(graph), ...graph.output.map(({ name }) => name)]);
  const expand = (node: NodeProto, within: readonly FunctionProto[]): NodeProto[] => {
    const plain = {
      ...node,
      attribute: node.attribute.map((attribute) =>
        withGraphs(attribute, (inner) => ({
          ...inner,
          node: inner.node.flatMap((child) => expand(child, within)),
        })),
      ),
    };
    const called = functions.get(keyOf(node.domain, node.opType, node.overload));
    if (called === undefined) return [plain];
    if (within.includes(called))
      throw new MalformedProgramError(`The model's function ${called.name} calls itself.`);
    checkVersions(called, versions);
    const body = bodyOf(called, plain, fresh);
    return body.flatMap((inner) => expand(inner, [...within, called]));
  };
  return { ...graph, node: graph.node.flatMap((node) => expand(node, [])) };
}

function bodyOf(called: FunctionProto, call: NodeProto, fresh: (name: string) => string): NodeProto[] {
  const base = call.name || call.output.find((name) => name !== '') || called.name;
  const names = new Map<string, string>();
  called.input.forEach((name, index) => names.set(name, call.input[index] ?? ''));
  called.output.forEach((name, index) => {
    const output = call.output[index] ?? '';
    // An output that only passes an input on has two names; a node between keeps them apart.
    if (output !== '' && !names.has(name)) names.set(name, output);
  });
  const rename = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const free = fresh(`${base}/${name}`);
    names.set(name, free);
    return free;
  };
  const attributes = new Map(called.attributeProto.map((attribute) => [attribute.name, attribute]));
  for (const attribute of call.attribute) attributes.set(attribute.name, attribute);
  const nodes = called.node.map((node) => {
    const named = { ...node, name: node.name === '' ? '' : `${base}/${node.name}` };
    return renamedNode(withReferences(named, attributes), rename);
  });
  const passed = called.output.flatMap((name, index): NodeProto[] => {
    const output = call.output[index] ?? '';
    if (output === '' || names.get(name) === output) return [];
    return [
      {
        ...call,
        name: '',
        domain: '',
        opType: 'Identity',
        overload: '',
        attribute: [],
        input: [rename(name)],
        output: [output],
      },
    ];
  });
  return [...nodes, ...passed];
}

/** The node with its references to attributes of the function replaced by those of the call; without them, left out. */
function withReferences(node: NodeProto, attributes: ReadonlyMap<string, AttributeProto>): NodeProto {
  return {
    ...node,
    attribute: node.attribute.flatMap((attribute): AttributeProto[] => {
      if (attribute.refAttrName !== '') {
        const given = attributes.get(attribute.refAttrName);
        return given === undefined ? [] : [{ ...given, name: attribute.name }];
      }
      const inner = (graph: GraphProto): GraphProto => ({
        ...graph,
        node: graph.node.map((child) => withReferences(child, attributes)),
      });
      return [withGraphs(attribute, inner)];
    }),
  };
}

function checkVersions(called: FunctionProto, versions: ReadonlyMap<string, bigint>): void {
  for (const { domain, version } of called.opsetImport) {
    const own = versions.get(normal(domain));
    if (own === version || called.node.every((node) => normal(node.domain) !== normal(domain))) continue;
    throw new MalformedProgramError(
      `The model's function ${called.name} is written in version ${version} of operator set ${domain || 'ai.onnx'}, the model in ${own ?? 'none'}; export it with functions inlined.`,
    );
  }
}

const normal = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

const keyOf = (domain: string, name: string, overload: string): string =>
  JSON.stringify([normal(domain), name, overload]);
