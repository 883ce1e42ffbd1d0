import { float32 } from '@oblique/arrays';
import { ProgramBuilder, writeProgram, type Dim } from '@oblique/onnx';

/** Weights of the two filters of {@link linearNetwork}, for red, green and blue. */
export const LINEAR_WEIGHTS = [
  [0.5, -0.25, 1],
  [2, 0.125, -0.75],
] as const;

/** Two 1 × 1 filters, nothing else: its D is Σ (sum of a filter's weights)² · D of the image, for grey images. */
export function linearNetwork(size: Dim = 'H'): Uint8Array {
  const b = new ProgramBuilder('linear');
  const image = b.input('image', 'float32', ['N', 3, size, size]);
  const weights = b.initializer('weight', float32([2, 3, 1, 1], LINEAR_WEIGHTS.flat()));
  b.op('Conv', [image, weights], {}, { output: 'filtered' });
  b.output('filtered', 'float32', ['N', 2, size, size]);
  return writeProgram(b.build());
}

/** A convolution wide enough that a large grid takes minutes. */
export function slowNetwork(): Uint8Array {
  const b = new ProgramBuilder('slow');
  const image = b.input('image', 'float32', ['N', 3, 'H', 'W']);
  const first = b.initializer('first.weight', waves([64, 3, 7, 7]));
  const second = b.initializer('second.weight', waves([64, 64, 7, 7]));
  const hidden = b.op('Relu', [b.op('Conv', [image, first])]);
  b.op('Relu', [b.op('Conv', [hidden, second])], {}, { output: 'answer' });
  b.output('answer', 'float32', ['N', 64, 'P', 'Q']);
  return writeProgram(b.build());
}

/** A network with an operator that runs, but has no derivative rule. */
export function networkWithout(op: string, domain: string): Uint8Array {
  const b = new ProgramBuilder('foreign', { domains: new Map(domain === '' ? [] : [[domain, 1]]) });
  const image = b.input('image', 'float32', ['N', 3, 'H', 'W']);
  b.op(op, [image], {}, { output: 'answer', domain, name: 'the_foreign_node' });
  b.output('answer', 'float32', ['N', 3, 'H', 'W']);
  return writeProgram(b.build());
}

function waves(shape: readonly number[]): ReturnType<typeof float32> {
  const size = shape.reduce((product, length) => product * length, 1);
  return float32(
    shape,
    Array.from({ length: size }, (_, index) => Math.sin(index) / 100),
  );
}
