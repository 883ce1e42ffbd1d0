import { statisticsV1 } from '@oblique/contracts';
import type { NeededSteps, Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

// Any number: a layer without any sensitivity has no ratio, which is NaN.
const measured = z.custom<number>((value) => typeof value === 'number', 'expected a number');
const interval = z.object({ low: measured, high: measured, confidence: z.number() });
const layerRatio = z.object({
  layer: z.string(),
  ratio: measured,
  interval,
  ratios: z.array(measured),
  resampledOver: z.string(),
});
const ratioValue = z.object({ layers: z.array(layerRatio) });
const trendValue = ratioValue.extend({ spearman: measured, interval });
const bootstrapValue = z.object({ estimate: measured, interval });

export type LayerRatio = z.infer<typeof layerRatio>;
export type RatioValue = z.infer<typeof ratioValue>;
export type TrendValue = z.infer<typeof trendValue>;
export type BootstrapValue = z.infer<typeof bootstrapValue>;
export const readRatioValue = (value: unknown): RatioValue => ratioValue.parse(thawed(value));
export const readTrendValue = (value: unknown): TrendValue => trendValue.parse(thawed(value));
export const readBootstrapValue = (value: unknown): BootstrapValue => bootstrapValue.parse(thawed(value));

/** How intervals are made. */
export interface RatioOptions {
  readonly halfWidthDeg: number;
  readonly resamples: number;
  readonly confidence: number;
  readonly resamplingSeed: number;
}

/** One measurement that a ratio is taken over. */
export interface RatioMember {
  readonly measureStep: string;
  readonly network: string;
  readonly seed: number;
}

const ratioParameters = z.object({
  members: z.array(z.object({ network: z.string(), seed: z.number() })),
  axis: z.string(),
  halfWidthDeg: z.number(),
  quantity: z.enum(statisticsV1.Quantity),
  resampling: z.object({ resamples: z.number(), confidence: z.number(), seed: z.number() }),
});

/** Curves over one axis of a measurement, as `curves.npz`. */
export function curvesStep(id: string, measureStep: string, axis: string, { statistics }: Services): Step {
  return {
    id,
    description: `averaging ${measureStep.replace(/^measure /, '')} over phases`,
    step: 'statistics.normalise-curves',
    version: '1',
    parameters: { axis },
    needs: [measureStep],
    cost: 0.1,
    run: async ({ needed, signal }) => {
      const { curves } = await statistics.normaliseCurves(
        { sensitivity: needed.result(measureStep, 'sensitivity.npz'), axis },
        { signal },
      );
      return { results: [receivedRef(curves, 'curves')] };
    },
  };
}

/** Cardinal/oblique ratio of D or its root, layer by layer. */
export function ratioStep(
  id: string,
  members: readonly RatioMember[],
  quantity: 'D' | 'rootD',
  options: RatioOptions,
  { statistics }: Services,
): Step {
  return {
    ...ratioBase(id, members, quantity, options),
    step: 'statistics.cardinal-oblique-ratio',
    run: async ({ parameters, needed, signal }) => {
      const { layers } = await statistics.cardinalObliqueRatio(
        ratioRequest(ratioParameters.parse(parameters), members, needed),
        { signal },
      );
      return { results: [], value: frozen({ layers }) };
    },
  };
}

/** The same ratio of the root of D, with its rank correlation with depth. */
export function trendStep(
  id: string,
  members: readonly RatioMember[],
  options: RatioOptions,
  { statistics }: Services,
): Step {
  return {
    ...ratioBase(id, members, 'rootD', options),
    step: 'statistics.depth-trend',
    run: async ({ parameters, needed, signal }) => {
      const ratio = ratioRequest(ratioParameters.parse(parameters), members, needed);
      const trend = await statistics.depthTrend({ ratio }, { signal });
      return { results: [], value: frozen(trend) };
    },
  };
}

/** Bootstrap of the mean of numbers, one for each seed, that follow from earlier steps. */
export function bootstrapStep(
  id: string,
  description: string,
  needs: readonly string[],
  values: (needed: NeededSteps) => readonly number[],
  { resamples, confidence, resamplingSeed }: RatioOptions,
  { statistics }: Services,
): Step {
  return {
    id,
    description,
    step: 'statistics.bootstrap',
    version: '1',
    parameters: (needed) => ({
      values: frozen(values(needed)),
      resampling: { resamples, confidence, seed: resamplingSeed },
    }),
    needs,
    cost: 0.1,
    run: async ({ needed, signal }) => {
      const response = await statistics.bootstrap(
        {
          groups: values(needed).map((value) => ({ values: [value] })),
          statistic: statisticsV1.Statistic.STATISTIC_MEAN,
          resampling: { resamples, confidence, seed: String(resamplingSeed) },
        },
        { signal },
      );
      return { results: [], value: frozen(response) };
    },
  };
}

function ratioBase(
  id: string,
  members: readonly RatioMember[],
  quantity: 'D' | 'rootD',
  { halfWidthDeg, resamples, confidence, resamplingSeed }: RatioOptions,
): Omit<Step, 'run' | 'step'> {
  return {
    id,
    description: `comparing cardinals with obliques (${id.replace(/^\S+ /, '')})`,
    version: '1',
    parameters: {
      members: members.map(({ network, seed }) => ({ network, seed })),
      axis: 'orientation',
      halfWidthDeg,
      quantity: quantity === 'D' ? statisticsV1.Quantity.QUANTITY_D : statisticsV1.Quantity.QUANTITY_ROOT_D,
      resampling: { resamples, confidence, seed: resamplingSeed },
    },
    needs: members.map(({ measureStep }) => measureStep),
    cost: 0.2,
  };
}

function ratioRequest(
  { members: identities, resampling, ...rest }: z.infer<typeof ratioParameters>,
  members: readonly RatioMember[],
  needed: NeededSteps,
): statisticsV1.CardinalObliqueRatioRequest {
  return {
    ...rest,
    resampling: { ...resampling, seed: String(resampling.seed) },
    measurements: members.map(({ measureStep }, index) => ({
      sensitivity: needed.result(measureStep, 'sensitivity.npz'),
      network: identities[index]?.network ?? '',
      seed: String(identities[index]?.seed ?? 0),
    })),
  };
}

// JSON has no NaN or infinities, which a ratio over a layer without any sensitivity is: they travel as text.
const NOT_FINITE = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function frozen(value: unknown): ReturnType<typeof messageJson> {
  return messageJson(
    mapLeaves(value, (leaf) => (typeof leaf === 'number' && !Number.isFinite(leaf) ? String(leaf) : leaf)),
  );
}

function thawed(value: unknown): unknown {
  return mapLeaves(value, (leaf) => (typeof leaf === 'string' ? (NOT_FINITE.get(leaf) ?? leaf) : leaf));
}

function mapLeaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, change));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change)]));
  }
  return change(value);
}
