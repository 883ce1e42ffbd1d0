import type { Node, Program } from '@oblique/onnx';
import { activationsOf, findImageInput, type Activation } from './activations.js';

/** A tensor through which every path from the image to the network's end passes. */
export interface Vertebra {
  readonly tensor: string;
  /** The node that makes it. */
  readonly node: Node;
  /** All nodes on paths from the vertebra before (or the image) to this one, its own included, in order. */
  readonly between: readonly Node[];
}

/**
 * The network's spine, from the image (left out) to its deepest end. Ends are activations that nothing uses; of
 * equally deep ones the last counts. Outputs that a file declares along the way do not matter.
 */
export function spineOf(program: Program): Vertebra[] {
  const activations = onPathsToEnd(activationsOf(program));
  const furthestUse = new Map<string, number>();
  activations.forEach(({ sources }, index) => {
    sources.forEach((source) => furthestUse.set(source, index));
  });

  // In topological order, a tensor is on every path exactly if no edge leads from before it to behind it.
  const spine: Vertebra[] = [];
  let between: Node[] = [];
  let reach = furthestUse.get(findImageInput(program)?.name ?? '') ?? -1;
  activations.forEach(({ tensor, node }, index) => {
    if (between.at(-1) !== node) between.push(node);
    if (reach <= index) {
      spine.push({ tensor, node, between });
      between = [];
    }
    reach = Math.max(reach, furthestUse.get(tensor) ?? -1);
  });
  return spine;
}

/** Only the activations from which the deepest end is reached. */
function onPathsToEnd(activations: readonly Activation[]): Activation[] {
  const used = new Set(activations.flatMap(({ sources }) => sources));
  const depths = new Map<string, number>();
  let end: { tensor: string; depth: number } | undefined;
  for (const { tensor, sources } of activations) {
    const depth = 1 + Math.max(...sources.map((source) => depths.get(source) ?? 0));
    depths.set(tensor, depth);
    if (!used.has(tensor) && depth >= (end?.depth ?? 0)) end = { tensor, depth };
  }
  const needed = new Set(end === undefined ? [] : [end.tensor]);
  for (const { tensor, sources } of activations.toReversed()) {
    if (needed.has(tensor)) sources.forEach((source) => needed.add(source));
  }
  return activations.filter(({ tensor }) => needed.has(tensor));
}
