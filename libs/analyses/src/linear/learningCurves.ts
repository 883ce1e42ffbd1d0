import { flowIntegral, flowTimePerUpdate, learnedAt } from '@oblique/linear-learning';
import { median } from './numbers.js';
import { LinearRecord } from './linearRecord.js';
import { flowDepth, theoreticalSigma, theoreticalStep, type FlowOfNetwork } from './network.js';

/** How the components of one training were learned, with what eq. 7 says. */
export interface LearningCurves {
  readonly flow: FlowOfNetwork;
  readonly record: LinearRecord;
  /** σ of each component, [component][record]. */
  readonly sigma: readonly (readonly number[])[];
  /** σ(0) that theory starts from. */
  readonly initial: readonly number[];
  /** Updates until the plotted quantity is one tenth, a half and nine tenths; NaN where it was not reached. */
  readonly times: Readonly<Record<Level, readonly number[]>>;
  readonly theory: Readonly<Record<Level, readonly number[]>>;
}

export const LEVELS = { t10: 0.1, t50: 0.5, t90: 0.9 } as const;
export type Level = keyof typeof LEVELS;

/** How to read a training. */
export interface CurveOptions {
  readonly components: number;
  /** Components whose half-times σ(0) is fitted to where theory leaves it open. */
  readonly fitted: number;
  /** Whether uᵀMMᵀu, the square of σ, is what is plotted. */
  readonly squared: boolean;
  /** σ(0) of aligned weights; otherwise half the width of the uniform entries. */
  readonly start: { readonly aligned: number } | { readonly uniform: number };
}

export function learningCurves(
  record: LinearRecord,
  flow: FlowOfNetwork,
  options: CurveOptions,
): LearningCurves {
  const { components, squared } = options;
  const count = Math.min(components, record.variance.filter((variance) => variance > 0).length);
  const sigma = Array.from({ length: count }, (_, component) =>
    squared ? record.column('learnedSquared', component).map(Math.sqrt) : record.column('learned', component),
  );
  const levelOf = (level: Level): number => (squared ? Math.sqrt(LEVELS[level]) : LEVELS[level]);
  const measured = (level: Level): number[] =>
    sigma.map((values) => crossing(record.steps, values, levelOf(level), flowDepth(flow.network)));
  const times = { t10: measured('t10'), t50: measured('t50'), t90: measured('t90') };
  const initial = initialSigma(record, flow, options, times.t50, levelOf('t50'));
  const theory = (level: Level): number[] =>
    sigma.map((_, component) =>
      theoreticalStep(flow, record.variance[component] ?? NaN, initial[component] ?? NaN, levelOf(level)),
    );
  return {
    flow,
    record,
    sigma,
    initial,
    times,
    theory: { t10: theory('t10'), t50: theory('t50'), t90: theory('t90') },
  };
}

/** σ of a component over the recorded steps by eq. 7. */
export function theoreticalCurve({ flow, record, initial }: LearningCurves, component: number): number[] {
  const [variance = NaN, start = NaN] = [record.variance[component], initial[component]];
  return record.steps.map((step) => theoreticalSigma(flow, variance, start, step));
}

/**
 * Where σ first rises through `level`: between records by the flow's own clock, F of eq. 7, which theory makes a
 * straight line in time. NaN where it does not.
 */
export function crossing(
  steps: readonly number[],
  sigma: readonly number[],
  level: number,
  depth: number,
): number {
  const clock = (value: number): number => flowIntegral(depth, Math.min(1 - 1e-9, Math.max(1e-9, value)));
  for (let after = 1; after < sigma.length; after++) {
    const [low = NaN, high = NaN] = [sigma[after - 1], sigma[after]];
    if (!(low < level && high >= level)) continue;
    const [from = NaN, to = NaN] = [steps[after - 1], steps[after]];
    return from + ((to - from) * (clock(level) - clock(low))) / (clock(high) - clock(low));
  }
  return NaN;
}

/**
 * σ(0) of eq. 7. One matrix: as measured, exact. WᵀW: as measured. Two matrices from uniform entries of variance v: the
 * growing, balanced half of W₁ and W₂ᵀ, d v / 2 + uᵀW₂W₁u / 2. Deeper: none is known in closed
 * form, so one number, the median over components of the σ(0) that gives each its half-time.
 */
function initialSigma(
  record: LinearRecord,
  flow: FlowOfNetwork,
  { start, fitted, components }: CurveOptions,
  halfTimes: readonly number[],
  level: number,
): number[] {
  const { network, pixels } = flow;
  const measured = record.row('learned', 0).slice(0, components);
  if ('aligned' in start) return measured.map(() => start.aligned);
  if (network.depth === 1) return measured;
  if (network.depth === 2) return measured.map((value) => (pixels * start.uniform ** 2) / 6 + value / 2);
  const perUpdate = flowTimePerUpdate({ ...network, ...flow });
  const backwards = halfTimes.slice(0, fitted).flatMap((halfTime, component) => {
    const variance = record.variance[component] ?? NaN;
    return Number.isFinite(halfTime)
      ? [learnedAt({ depth: network.depth, variance, initial: level }, -halfTime * perUpdate)]
      : [];
  });
  const one = backwards.length === 0 ? NaN : median(backwards);
  return measured.map(() => one);
}
