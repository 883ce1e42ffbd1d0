import type { NeededSteps } from '@oblique/workflow';
import type { Findings, FindingsContext } from '@oblique/study';
import { readHues, readReferences } from './hueCurves.js';
import { hueClaims } from './hueClaims.js';
import { hueFigures, imagesInWords } from './hueFigures.js';
import type { HueNetwork } from './hueNetworks.js';
import { saturationsOf, type HueParameters } from './hueParameters.js';

/** What the measured networks say of Fig. 3a to c. */
export async function hueFindings(
  parameters: HueParameters,
  networks: readonly HueNetwork[],
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const measured = await readHues(networks, parameters, needed, store);
  const references = await readReferences(parameters, needed, store);
  const { hues, seeds, smoothDeg, confidence, protocol, resamples } = parameters;
  const values = saturationsOf(parameters);
  return {
    summary: `How sensitive networks are to the hue of uniform colours, beside how frequent hues are in ${imagesInWords(references.images)} and how well people tell them apart by CIELAB.`,
    seeds: { networks: seeds, surrogates: 0 },
    networks: measured.map(({ network, layers }) => ({
      name: network.label,
      origin: network.origin === 'given' ? 'unknown' : network.origin,
      description: network.description,
      digest: needed.result(network.members[0]?.modelStep ?? '', 'model.onnx').digest,
      layers: layers.length,
    })),
    claims: hueClaims(measured, references, parameters),
    figures: await hueFigures(measured, references, parameters, needed, store),
    methods: [
      `Uniform images of ${hues} hues in the middle of as many bins, at saturations and values ${values.map((value) => Number(value.toFixed(3))).join(', ')}${protocol === 'text' ? ' (protocol text: in [0.5, 1])' : " (protocol code: in [0.5, 0.9], as the notebook's 8 by 8 grid)"}, normalised ${feedingInWords(networks, needed)}. D is computed from the exact derivative with respect to hue and averaged over saturation and value; the notebook takes differences of ±0.1° and includes both 0 and 360°.`,
      `Curves are √D divided by its mean over hues, averaged over the deep half of the layers, and smoothed by a running mean of ${smoothDeg}°. ${protocol === 'text' ? 'Pixels count where saturation and value are at least 0.5.' : 'Pixels count where saturation is at least 0.1 and value at least 0.5.'} Images are counted as they are, not cropped.`,
      `Correlations are Pearson's over the circle, tested against ${resamples} surrogate curves of the same power spectrum and random phases; intervals are Student's with ${100 * confidence} % confidence over seeds, where there are several. Peaks of a curve stand out by a tenth of its mean.`,
      'Human discrimination is the distance in CIELAB between neighbouring hues at full saturation and value, as in the paper; no measurement of people enters.',
    ],
  };
}

/** How colours were fed: ImageNet's numbers, but for networks with preprocessing of their own. */
function feedingInWords(networks: readonly HueNetwork[], needed: NeededSteps): string {
  const own = networks.filter(({ members, input }) =>
    members.some(({ modelStep }) => input(needed, modelStep) === 'model'),
  );
  const rest =
    own.length === 0 ? '' : `, but ${own.map(({ label }) => label).join(', ')} by their own preprocessing`;
  return `with ImageNet's mean and deviation${rest}`;
}
