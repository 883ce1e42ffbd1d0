import { servingV1, stimulusV1 } from '@oblique/contracts';
import type { NeededSteps, Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Services } from '../services.js';
import { messageJson, receivedRef } from './artifactRefs.js';

const measureValue = z.object({
  layers: z.array(z.string()),
  device: z.string(),
  executor: z.string(),
});

/** What a measuring step tells later steps, beside its `sensitivity.npz`: layers in the order of depth. */
export type MeasureValue = z.infer<typeof measureValue>;
export const readMeasureValue = (value: unknown): MeasureValue => measureValue.parse(value);

const parametersSchema = z.object({
  stimulus: z.unknown(),
  variable: z.string(),
  grid: z.array(z.object({ parameter: z.string(), values: z.array(z.number()) })),
  layers: z.array(z.string()),
  precision: z.enum(['float32', 'float64']),
  centralDifferenceStep: z.number().optional(),
});

const PRECISIONS = {
  float32: servingV1.Precision.PRECISION_FLOAT32,
  float64: servingV1.Precision.PRECISION_FLOAT64,
} as const;

/** What to measure on the model of a step. */
export interface Measurement {
  readonly id: string;
  readonly description: string;
  readonly modelStep: string;
  readonly variable: string;
  readonly grid: readonly stimulusV1.GridAxis[];
  readonly layers: readonly string[];
  readonly precision: 'float32' | 'float64';
  /** Of central differences, in the variable's derivative unit; default: the exact derivative. */
  readonly centralDifferenceStep?: number;
  /** The stimulus, which may depend on the model, as its size does. */
  readonly stimulus: (needed: NeededSteps) => stimulusV1.StimulusSpec;
  readonly cost: number;
}

/** D of every layer over a grid of stimuli. */
export function measureStep(measurement: Measurement, { serving }: Services): Step {
  const { id, description, modelStep, variable, grid, layers, precision, cost } = measurement;
  const { centralDifferenceStep } = measurement;
  return {
    id,
    description,
    step: 'serving.measure-sensitivity',
    version: '2',
    parameters: (needed) => ({
      stimulus: messageJson(measurement.stimulus(needed)),
      variable,
      grid: messageJson(grid),
      layers,
      precision,
      ...(centralDifferenceStep === undefined ? {} : { centralDifferenceStep }),
    }),
    needs: [modelStep],
    cost,
    run: async ({ parameters, needed, signal, progress }) => {
      const asked = parametersSchema.parse(parameters);
      const responses = serving.measureSensitivity(
        {
          model: needed.result(modelStep, 'model.onnx').digest,
          stimulus: stimulusV1.StimulusSpec.fromJSON(asked.stimulus),
          variable: asked.variable,
          grid: asked.grid,
          layers: asked.layers,
          batchSize: 0,
          precision: PRECISIONS[asked.precision],
          centralDifference:
            asked.centralDifferenceStep === undefined ? undefined : { step: asked.centralDifferenceStep },
        },
        { signal },
      );
      let result: servingV1.SensitivityResult | undefined;
      for await (const { event } of responses) {
        if (event?.$case === 'result') result = event.value;
        if (event?.$case === 'progress') {
          const { done, total, unit, ratePerSecond } = event.value;
          progress({ done, total, unit, ...(ratePerSecond > 0 ? { ratePerSecond } : {}) });
        }
      }
      if (result === undefined)
        throw new Error('The serving service ended the measurement without a result.');
      return {
        results: [receivedRef(result.artifact, 'a measurement')],
        value: {
          layers: result.layers.map(({ name }) => name),
          device: result.device,
          executor: result.executor,
        },
      };
    },
  };
}
