import { OPERATORS, isOperatorName } from './operators.js';
import type { Operator, OperatorAttribute, OperatorTensor } from './operator.js';
import type { Attribute, Node, Program } from './program.js';

/** A node says something that Oblique does not read, so that its result would be another than what was meant. */
export class UnreadFormError extends Error {
  override readonly name = 'UnreadFormError';

  constructor(
    readonly node: Node,
    reason: string,
  ) {
    super(`${node.op} (node ${node.name}): ${reason}`);
  }
}

/**
 * Holds the nodes of a program in a current operator set against the table of operators. Operators that are not in it,
 * and those of other domains, pass: whoever needs their meaning refuses them.
 * @throws UnreadFormError at the first node with an attribute, a value of one, or a number of inputs or outputs that
 *   the table does not have.
 */
export function checkOperators({ nodes, opset }: Program): void {
  for (const node of nodes) {
    const reason = unreadForm(node, opset);
    if (reason !== undefined) throw new UnreadFormError(node, reason);
  }
}

/** What this node says that Oblique does not read; undefined where it reads all. */
export function unreadForm(node: Node, opset: number): string | undefined {
  if (node.domain !== '' || !isOperatorName(node.op)) return undefined;
  const operator: Operator = OPERATORS[node.op];
  return (
    wrongPlaces('input', node.inputs, operator.inputs) ??
    wrongPlaces('output', node.outputs, operator.outputs) ??
    unreadAttribute(node, operator, opset)
  );
}

function wrongPlaces(
  kind: 'input' | 'output',
  names: readonly string[],
  places: readonly OperatorTensor[],
): string | undefined {
  const last = places.at(-1);
  const list = places.map(({ name }) => name).join(', ');
  if (names.length > places.length && last?.variadic !== true)
    return `it has ${names.length} ${kind}s; known are ${places.length} (${list}).`;
  // An output that is left out is not computed.
  const missing = places.find(
    ({ optional, variadic }, index) =>
      kind === 'input' && !optional && !variadic && (names[index] ?? '') === '',
  );
  return missing && `${kind} ${missing.name} is left out; it must be there.`;
}

function unreadAttribute({ attributes }: Node, operator: Operator, opset: number): string | undefined {
  for (const [name, attribute] of Object.entries(attributes)) {
    const known = operator.attributes[name];
    if (known === undefined) {
      const list = Object.keys(operator.attributes).join(', ') || 'none';
      return `attribute ${name} is not known; known are ${list}.`;
    }
    const reason = unreadValue(name, attribute, known, opset);
    if (reason !== undefined) return reason;
  }
  const missing = Object.entries(operator.attributes).find(
    ([name, { required }]) => required && !(name in attributes),
  );
  return missing && `attribute ${missing[0]} is left out; it must be there.`;
}

function unreadValue(
  name: string,
  attribute: Attribute,
  { type, understood, since }: OperatorAttribute,
  opset: number,
): string | undefined {
  if (attribute.type !== type) return `attribute ${name} is of type ${attribute.type}; ${type} is needed.`;
  if (since !== undefined && opset < since)
    return `attribute ${name} belongs to operator sets from ${since} on; the program is in ${opset}.`;
  if (attribute.type !== 'int' && attribute.type !== 'string') return undefined;
  if (understood === undefined || understood.includes(attribute.value)) return undefined;
  return `${name} = ${attribute.value} is not supported; supported: ${understood.join(', ')}.`;
}
