import type { NdArray } from '@oblique/arrays';
import type { Program } from '@oblique/onnx';

/** The program with its Constant nodes that hold tensors turned into initializers of the same names. */
export function liftConstants(program: Program): Program {
  const initializers = new Map<string, NdArray>(program.initializers);
  const nodes = program.nodes.filter(({ op, attributes, outputs: [output] }) => {
    const value = attributes['value'];
    if (op !== 'Constant' || value?.type !== 'tensor' || output === undefined) return true;
    initializers.set(output, value.value);
    return false;
  });
  return { ...program, initializers, nodes };
}
