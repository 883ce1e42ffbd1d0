import {
  capturesOf,
  elementTypes,
  isOperatorName,
  OPERATORS,
  unreadForm,
  type Node,
  type Operator,
  type OperatorTensor,
  type Program,
} from '@oblique/onnx';
import { includes, type JvpEntry } from './jvpRule.js';
import type { Unsupported } from './unsupportedOperatorError.js';

/** Whether tensors of this type can have a tangent: what is whole or a truth value has no derivative. */
export const isReal = (type: string): boolean => type.startsWith('float');

/** The nodes that a tangent passes through with their rules, and those where it cannot. */
export interface Activity {
  readonly rules: ReadonlyMap<Node, Extract<JvpEntry, { kind: 'rule' }>>;
  readonly unsupported: readonly Unsupported[];
}

/**
 * Follows tangents from `wrt` through the program: forwards along real tensors, ending where a derivative is zero
 * everywhere. Nodes that a tangent reaches where their rule does not take one are named.
 *
 * @param program In a current operator set.
 */
export function activity(
  program: Program,
  wrt: Iterable<string>,
  rules: Readonly<Record<string, JvpEntry>>,
): Activity {
  const types = elementTypes(program);
  const real = (tensor: string): boolean => {
    const type = types.get(tensor);
    return type === undefined || isReal(type);
  };
  const active = new Set(wrt);
  const passed = new Map<Node, Extract<JvpEntry, { kind: 'rule' }>>();
  const unsupported: Unsupported[] = [];
  for (const node of program.nodes) {
    // Whole numbers, and what only lends its type, have no derivative to pass on.
    const places = [...node.inputs.keys()].filter(
      (place) => active.has(node.inputs[place] ?? '') && (inputOf(node, place)?.real ?? true),
    );
    const captured = capturesOf(node).find((tensor) => active.has(tensor));
    if (places.length === 0 && captured === undefined) continue;
    const entry = node.domain === '' && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
    const outputs = node.outputs.filter((output) => output !== '' && real(output));
    if (entry?.kind === 'zero') continue;
    for (const output of outputs) active.add(output);
    const reason =
      captured === undefined
        ? reasonAgainst(node, entry, places, program, real)
        : `its graph uses the tensor ${captured}, which depends on what is differentiated. Export the model without control flow, or choose layers before it.`;
    if (entry?.kind === 'rule' && reason === undefined) passed.set(node, entry);
    else unsupported.push({ node, ...(reason === undefined ? {} : { reason }) });
  }
  return { rules: passed, unsupported };
}

function reasonAgainst(
  node: Node,
  entry: JvpEntry | undefined,
  places: readonly number[],
  { opset }: Program,
  real: (tensor: string) => boolean,
): string | undefined {
  if (entry === undefined || entry.kind === 'zero') return undefined;
  if (entry.kind === 'refused') return entry.reason;
  const unread = unreadForm(node, opset) ?? entry.except?.(node);
  if (unread !== undefined) return unread;
  const place = places.find((input) => !includes(entry.differentiates, input));
  if (place !== undefined)
    return `its input ${inputOf(node, place)?.name ?? place} (tensor ${node.inputs[place] ?? ''}) depends on what is differentiated, and there is no derivative rule for it. Make that input a constant, or choose layers before it.`;
  const output = node.outputs.findIndex(
    (tensor, index) => index >= entry.outputs && tensor !== '' && real(tensor),
  );
  if (output !== -1)
    return `its output ${node.outputs[output] ?? ''} (number ${output}) has no derivative rule. Choose layers before it.`;
  return undefined;
}

/** What the table of operators says of this input. */
function inputOf({ op, domain }: Node, place: number): OperatorTensor | undefined {
  if (domain !== '' || !isOperatorName(op)) return undefined;
  const inputs: Operator['inputs'] = OPERATORS[op].inputs;
  return inputs[Math.min(place, inputs.length - 1)];
}
