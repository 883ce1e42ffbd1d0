import type { BatchAxis, BatchPlace } from './batchPlace.js';
import { BATCH_RULES } from './batchRules.js';
import type { Node, Program } from './program.js';
import { inferShapes, type Inferred } from './shapes.js';
import { capturesOf, usesOf } from './subgraphs.js';

/** A batch that no size of a network is a multiple of by accident. */
const UNLIKELY = 7919;

/**
 * Where the examples of the batch are in every tensor that depends on `input` by value, as it follows from the
 * operators: never from a size that happens to agree. Tensors that do not depend on it are left out.
 *
 * @param program In operator set 18 or later; sizes of its inputs other than the batch are fixed.
 * @param input The name of the input whose first axis is the batch.
 */
export function batchPlaces(program: Program, input: string): Map<string, BatchPlace> {
  const batch = program.inputs.find(({ name }) => name === input)?.shape?.[0];
  const size = typeof batch === 'number' ? batch : UNLIKELY;
  const inferred = inferShapes({
    ...program,
    inputs: program.inputs.map((value) => ({
      ...value,
      shape: value.shape?.map((dim, axis) => (typeof dim === 'string' && axis === 0 ? size : dim)),
    })),
  });
  const places = new Map<string, BatchPlace>([[input, { kind: 'axis', axis: 0, before: 1, behind: 1 }]]);
  for (const node of program.nodes) {
    if (!usesOf(node).some((name) => places.has(name)) || node.op === 'Shape' || node.op === 'Size') continue;
    const place = placeBehind(node, places, inferred, size);
    for (const output of node.outputs) if (output !== '') places.set(output, place);
  }
  return places;
}

function placeBehind(
  node: Node,
  places: ReadonlyMap<string, BatchPlace>,
  { shapes, integers }: Inferred,
  size: number,
): BatchPlace {
  // What a branch or a loop does is not followed; it has no derivative either.
  if (capturesOf(node).length > 0 || node.op === 'If') return { kind: 'unknown' };
  const sources = usesOf(node).flatMap((name) => places.get(name) ?? []);
  const mixed = sources.find(({ kind }) => kind === 'mixed');
  if (mixed !== undefined) return mixed;
  const output = shapes.get(node.outputs.find((name) => name !== '') ?? '');
  const rule = node.domain === '' && Object.hasOwn(BATCH_RULES, node.op) ? BATCH_RULES[node.op] : undefined;
  if (rule === undefined || output === undefined || sources.some(({ kind }) => kind === 'unknown'))
    return { kind: 'unknown' };
  const found = rule({
    node,
    size,
    output,
    place: (index) => axisOf(places.get(node.inputs[index] ?? '')),
    shape: (index) => shapes.get(node.inputs[index] ?? ''),
    integers: (index) => integers.get(node.inputs[index] ?? ''),
  });
  if (found === 'mixed') return { kind: 'mixed', node };
  return found === 'unknown' ? { kind: 'unknown' } : found;
}

function axisOf(place: BatchPlace | undefined): BatchAxis | undefined {
  return place?.kind === 'axis' ? place : undefined;
}
