import { freshNames } from './freshNames.js';
import { renameTensors } from './renameTensors.js';
import type { Program } from './program.js';
import { tensorNames } from './tensorNames.js';

/**
 * `back ∘ front`: one program in which outputs of `front` feed inputs of `back`.
 *
 * Tensors of `back` keep their names; those of `front` keep theirs where `back` has none of that name, else they are
 * put under the name of `front`. The inputs are those of `front`, then those of `back` that nothing feeds; the outputs
 * and the metadata are those of `back`.
 *
 * @param connections For each fed input of `back`, the output of `front` that feeds it.
 * @throws RangeError where a connection names no such input or output, or the element types differ.
 */
export function compose(
  front: Program,
  back: Program,
  connections: Readonly<Record<string, string>>,
): Program {
  for (const [input, output] of Object.entries(connections)) {
    const to = back.inputs.find(({ name }) => name === input);
    const from = front.outputs.find(({ name }) => name === output);
    if (to === undefined) throw new RangeError(`${back.name} has no input ${input}.`);
    if (from === undefined) throw new RangeError(`${front.name} has no output ${output}.`);
    if (to.dtype !== from.dtype) {
      throw new RangeError(
        `${output} of ${front.name} is ${from.dtype}, but ${input} of ${back.name} takes ${to.dtype}.`,
      );
    }
  }
  const unique = namesOf(front, tensorNames(back));
  const prefixed = renameTensors(front, unique);
  const connected = renameTensors(back, (name) => {
    const output = connections[name];
    return output === undefined ? name : unique(output);
  });
  const domains = new Map(front.domains);
  for (const [domain, version] of back.domains)
    domains.set(domain, Math.max(version, domains.get(domain) ?? 0));
  return {
    ...connected,
    opset: Math.max(front.opset, back.opset),
    domains,
    inputs: [...prefixed.inputs, ...back.inputs.filter(({ name }) => !(name in connections))],
    initializers: new Map([...prefixed.initializers, ...connected.initializers]),
    nodes: [...prefixed.nodes, ...connected.nodes],
  };
}

/** Names for the tensors of `front` that none of `others` has: their own where possible, else one below its name. */
function namesOf(front: Program, others: ReadonlySet<string>): (name: string) => string {
  const fresh = freshNames([...others, ...tensorNames(front)]);
  const chosen = new Map<string, string>();
  return (name) => {
    const known = chosen.get(name) ?? (others.has(name) ? fresh(`${front.name || 'front'}/${name}`) : name);
    chosen.set(name, known);
    return known;
  };
}
