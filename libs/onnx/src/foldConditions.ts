import type { NdArray } from '@oblique/arrays';
import type { GraphProto } from './generated/onnx.js';
import { freshNames } from './freshNames.js';
import type { Node, Program } from './program.js';
import { readNode } from './readNode.js';
import { readSparseTensor, readTensor } from './readTensor.js';
import { inferShapes } from './shapes.js';
import { madeIn, renamedNode } from './subgraphs.js';
import { tensorNames } from './tensorNames.js';
import { OLDEST_OPSET, upgradeOpset } from './upgradeOpset.js';

/**
 * The program with every If whose condition follows from constants and fixed shapes replaced by the branch that it
 * takes.
 * @throws MalformedProgramError where a tensor of a branch is not in order.
 */
export function foldConditions(program: Program): Program {
  if (program.opset < OLDEST_OPSET || !program.nodes.some(isIf)) return program;
  const { constants } = inferShapes(upgradeOpset(program));
  const branches = new Map<Node, GraphProto>();
  for (const node of program.nodes.filter(isIf)) {
    const condition = constants.get(node.inputs[0] ?? '')?.values[0];
    const branch = node.attributes[condition === 0n ? 'else_branch' : 'then_branch'];
    if (condition !== undefined && branch?.type === 'graph') branches.set(node, branch.value);
  }
  if (branches.size === 0) return program;
  const initializers = new Map(program.initializers);
  const fresh = freshNames(tensorNames(program));
  const nodes = program.nodes.flatMap((node) => {
    const branch = branches.get(node);
    return branch === undefined ? [node] : inlined(node, branch, initializers, fresh);
  });
  return foldConditions({ ...program, initializers, nodes });
}

function isIf({ op, domain }: Node): boolean {
  return op === 'If' && domain === '';
}

function inlined(
  node: Node,
  branch: GraphProto,
  initializers: Map<string, NdArray>,
  fresh: (name: string) => string,
): Node[] {
  const made = new Set(branch.node.flatMap(({ output }) => output));
  const names = new Map<string, string>();
  branch.output.forEach(({ name }, index) => {
    const output = node.outputs[index] ?? '';
    if (output !== '' && made.has(name) && !names.has(name)) names.set(name, output);
  });
  for (const name of madeIn(branch)) {
    if (!names.has(name)) names.set(name, fresh(`${node.name}/${name}`));
  }
  const to = (name: string): string => names.get(name) ?? name;
  for (const tensor of branch.initializer) initializers.set(to(tensor.name), readTensor(tensor));
  for (const tensor of branch.sparseInitializer)
    initializers.set(to(tensor.values?.name ?? ''), readSparseTensor(tensor));
  const nodes = branch.node.map((child, index) => {
    const { name, ...rest } = readNode(renamedNode(child, to), index);
    return { ...rest, name: `${node.name}/${name}` };
  });
  // A branch may hand on a tensor of the program, or one tensor twice.
  const passed = branch.output.flatMap(({ name }, index): Node[] => {
    const output = node.outputs[index] ?? '';
    if (output === '' || to(name) === output) return [];
    return [
      { name: output, op: 'Identity', domain: '', inputs: [to(name)], outputs: [output], attributes: {} },
    ];
  });
  return [...nodes, ...passed];
}
