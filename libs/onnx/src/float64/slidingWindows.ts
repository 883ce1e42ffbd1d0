import type { Window } from '../shapeRules.js';
import type { Float64Builder } from './float64Builder.js';

/** How a window moves along one axis; pads may be negative, which crops. */
export type Step = Pick<Window, 'kernel' | 'stride' | 'dilation' | 'pads'>;

/** x [N, C, …] with its spatial axes padded by `value`. */
export function padded(f: Float64Builder, x: string, steps: readonly Step[], value = 0): string {
  const begins = steps.map(({ pads }) => pads[0]);
  const ends = steps.map(({ pads }) => pads[1]);
  if ([...begins, ...ends].every((pad) => pad === 0)) return x;
  const inputs = [x, f.ints([0, 0, ...begins, 0, 0, ...ends])];
  return f.op('Pad', value === 0 ? inputs : [...inputs, f.program.scalar(value, 'float64')]);
}

/** Under a window of these steps over a padded x: the copies of x at every place of the kernel, the last axis fastest. */
export function places(f: Float64Builder, x: string, steps: readonly Step[]): string[] {
  const count = steps.reduce((product, { kernel }) => product * kernel, 1);
  return Array.from({ length: count }, (_, place) => {
    const at: number[] = [];
    let rest = place;
    for (const { kernel } of steps.toReversed()) {
      at.unshift(rest % kernel);
      rest = Math.floor(rest / kernel);
    }
    return shifted(f, x, steps, at);
  });
}

/** The sums over the kernel's places, axis by axis, over a padded x. */
export function windowSums(f: Float64Builder, x: string, steps: readonly Step[]): string {
  return steps.reduce((sum, step, axis) => {
    const only = steps.map((other, index) => (index === axis ? step : { ...other, kernel: 1, stride: 1 }));
    return f.sum(places(f, sum, only));
  }, x);
}

function shifted(f: Float64Builder, x: string, steps: readonly Step[], at: readonly number[]): string {
  const axes = [...steps.keys()].filter((axis) => {
    const step = steps[axis];
    return step !== undefined && (step.kernel > 1 || step.stride > 1);
  });
  if (axes.length === 0) return x;
  const of = (read: (step: Step, place: number) => number): string =>
    f.ints(
      axes.map((axis) => {
        const step = steps[axis];
        return step === undefined ? 0 : read(step, at[axis] ?? 0);
      }),
    );
  const behind = ({ kernel, dilation }: Step, place: number): number => (kernel - 1 - place) * dilation;
  return f.op('Slice', [
    x,
    of(({ dilation }, place) => place * dilation),
    of((step, place) => (behind(step, place) === 0 ? Number.MAX_SAFE_INTEGER : -behind(step, place))),
    f.ints(axes.map((axis) => axis + 2)),
    of(({ stride }) => stride),
  ]);
}
