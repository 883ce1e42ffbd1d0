import { bytesPerElement } from '@oblique/arrays';
import { elementTypes } from './elementTypes.js';
import type { Program } from './program.js';
import { inferShapes } from './shapes.js';
import { usesOf } from './subgraphs.js';

/**
 * The most bytes that tensors which are not weights take at one time, when the nodes run in their order and a tensor
 * lives from the node that makes it to the last that uses it; the program's outputs live to the end. The sizes of all
 * inputs are to be fixed (`withInputShapes`). Undefined where a tensor's size does not follow from them.
 */
export function peakBytes(program: Program): number | undefined {
  const { shapes } = inferShapes(program);
  const types = elementTypes(program);
  const bytesOf = (name: string): number | undefined => {
    const [shape, dtype] = [shapes.get(name), types.get(name)];
    if (shape === undefined || dtype === undefined) return undefined;
    return shape.reduce((product, size) => product * size, bytesPerElement(dtype));
  };
  const kept = new Set(program.outputs.map(({ name }) => name));
  const lastUse = new Map<string, number>();
  program.nodes.forEach((node, index) => {
    for (const name of usesOf(node)) lastUse.set(name, index);
  });

  const living = new Map<string, number>();
  let bytes = 0;
  let peak = 0;
  const begin = (name: string): boolean => {
    const size = bytesOf(name);
    if (size === undefined) return false;
    living.set(name, size);
    bytes += size;
    return true;
  };
  for (const { name } of program.inputs) if (!begin(name)) return undefined;
  for (const [index, node] of program.nodes.entries()) {
    for (const name of node.outputs) if (name !== '' && !begin(name)) return undefined;
    peak = Math.max(peak, bytes);
    for (const name of [...usesOf(node), ...node.outputs]) {
      const size = living.get(name);
      if (size === undefined || kept.has(name) || (lastUse.get(name) ?? -1) > index) continue;
      living.delete(name);
      bytes -= size;
    }
  }
  return peak;
}
