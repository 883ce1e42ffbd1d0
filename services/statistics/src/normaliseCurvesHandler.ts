import { float64, writeNpz, type NdArray } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import type { statisticsV1 } from '@oblique/contracts';
import { unary, type UnaryHandler } from '@oblique/service';
import { alongAxis, normaliseCurves, type Curve } from '@oblique/statistics';
import { readMeasurement } from './readMeasurement.js';
import { refusing } from './refusing.js';

/** NormaliseCurves: D, its root and the normalised root along one axis, as numbers and as `curves.npz`. */
export function normaliseCurvesHandler(
  store: ArtifactStore,
): UnaryHandler<statisticsV1.NormaliseCurvesRequest, statisticsV1.NormaliseCurvesResponse> {
  return unary(async ({ sensitivity: message, axis }) => {
    const { ref, sensitivity } = await readMeasurement(store, message, 'sensitivity');
    const { values } = await refusing('', () => alongAxis(sensitivity, axis));
    const layers = normaliseCurves(sensitivity, axis);
    const curves = await store.put('curves.npz', writeNpz(archive(axis, values, layers)), {
      step: 'statistics.normalise-curves',
      version: '1',
      parameters: { axis },
      inputs: [ref],
    });
    return {
      curves,
      axisValues: [...values],
      layers: layers.map(({ layer, d, rootD, normalised }) => ({
        layer,
        d: [...d],
        rootD: [...rootD],
        normalised: [...normalised],
      })),
    };
  });
}

function archive(axis: string, values: Float64Array, curves: readonly Curve[]): Map<string, NdArray> {
  const shape = [values.length];
  return new Map<string, NdArray>([
    ...curves.map(({ layer, d }) => [`D/${layer}`, float64(shape, d)] as const),
    ...curves.map(({ layer, rootD }) => [`rootD/${layer}`, float64(shape, rootD)] as const),
    ...curves.map(({ layer, normalised }) => [`normalised/${layer}`, float64(shape, normalised)] as const),
    [axis, float64(shape, values)],
  ]);
}
