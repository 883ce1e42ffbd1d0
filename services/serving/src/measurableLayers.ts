import { selectLayers, type Layer } from '@oblique/networks';
import { upgradeOpset, type Program } from '@oblique/onnx';
import { mixedLayers, networkInput, SensitivityError, type MixedLayer } from '@oblique/sensitivity';

const EVERYTHING = new Set(['auto', 'all']);

interface ImageSize {
  readonly widthPixels: number;
  readonly heightPixels: number;
}

/** Layers to measure, and those of `auto` or `all` that cannot be. */
export interface MeasurableLayers {
  readonly layers: Layer[];
  readonly leftOut: readonly MixedLayer[];
}

/**
 * The layers that the selectors choose (none: `auto`). Where stimuli run in batches, those that `auto` and `all` stand for
 * and that do not keep them apart are left out.
 * @param batched Size of the stimuli that run in batches; undefined: one runs at a time.
 * @throws UnknownLayerError; SensitivityError where a layer is asked for by its name that cannot be measured, or none can.
 */
export function measurableLayers(
  network: Program,
  selectors: readonly string[],
  batched: ImageSize | undefined,
): MeasurableLayers {
  const asked = selectors.length === 0 ? ['auto'] : selectors;
  const layers = selectLayers(network, asked);
  if (batched === undefined) return { layers, leftOut: [] };
  const leftOut = mixedLayers(upgradeOpset(network), networkInput(network), batched, layers);
  const named = asked.filter((selector) => !EVERYTHING.has(selector));
  const wanted = new Set(named.length === 0 ? [] : selectLayers(network, named).map(({ tensor }) => tensor));
  const refused =
    leftOut.length === layers.length ? leftOut[0] : leftOut.find(({ layer }) => wanted.has(layer.tensor));
  if (refused !== undefined) throw new SensitivityError('layers', refused.reason);
  const without = new Set(leftOut.map(({ layer }) => layer));
  return { layers: layers.filter((layer) => !without.has(layer)), leftOut };
}
