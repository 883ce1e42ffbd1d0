import { float32 } from '@oblique/arrays';
import { ProgramBuilder, writeProgram } from '@oblique/onnx';

const SIZE = 32;
/** Cycles/pixel of the analysis' Gabor in images of 32 pixels. */
const FREQUENCY = (0.02 * 224) / SIZE;
const KERNEL = 5;

/**
 * A network of images of 32 pixels whose preference is known: its first layer copies the image, so that it is equally
 * sensitive to all orientations; its second has a filter for horizontal and one for vertical bars behind a threshold
 * that oblique bars reach less; its third copies the second.
 */
export function tinyNetwork(): Uint8Array {
  const b = new ProgramBuilder('tiny');
  const image = b.input('input', 'float32', ['N', 3, SIZE, SIZE]);
  const grey = b.op(
    'Conv',
    [image, weight('first.weight', [1, 3, 1, 1], () => 1 / 3)],
    {},
    { name: 'first' },
  );
  const first = b.op('Relu', [b.op('Add', [grey, b.scalar(2)])], {}, { name: 'first.relu' });
  const bars = b.op(
    'Conv',
    [first, weight('second.weight', [2, 1, KERNEL, KERNEL], grating)],
    {},
    { name: 'second' },
  );
  const second = b.op('Relu', [b.op('Sub', [bars, b.scalar(0.05)])], {}, { name: 'second.relu' });
  const copied = b.op(
    'Conv',
    [second, weight('third.weight', [2, 2, 1, 1], (to = 0, from = 0) => (to === from ? 1 : 0))],
    {},
    { name: 'third' },
  );
  b.op('Relu', [copied], {}, { name: 'third.relu', output: 'output' });
  b.output('output', 'float32', ['N', 2, SIZE - KERNEL + 1, SIZE - KERNEL + 1]);
  return writeProgram(b.build());

  function weight(name: string, shape: number[], value: (...index: number[]) => number): string {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from({ length: size }, (_, flat) => {
      let rest = flat;
      const index = shape.toReversed().map((length) => {
        const at = rest % length;
        rest = Math.floor(rest / length);
        return at;
      });
      return value(...index.toReversed());
    });
    return b.initializer(name, float32(shape, data));
  }
}

/** Channel 0: horizontal bars, channel 1: vertical ones; each sums to zero and answers its own bars with 1. */
function grating(...[channel = 0, , row = 0, column = 0]: number[]): number {
  const across = (channel === 0 ? row : column) - (KERNEL - 1) / 2;
  const wave = (x: number): number => Math.cos(2 * Math.PI * FREQUENCY * x);
  const positions = Array.from({ length: KERNEL }, (_, index) => index - (KERNEL - 1) / 2);
  const mean = positions.reduce((sum, x) => sum + wave(x), 0) / KERNEL;
  const power = positions.reduce((sum, x) => sum + (wave(x) - mean) * wave(x), 0) * KERNEL;
  return (wave(across) - mean) / power;
}
