import { readNpz, toNumbers } from '@oblique/arrays';
import { servingV1, stimulusV1 } from '@oblique/contracts';
import { stepCurves, type Figure, type StepLine } from '@oblique/report';
import { logWindowRatio, overSeeds } from '@oblique/statistics';
import {
  curvesStep,
  derivedModel,
  describeParameters,
  measureStep,
  readMeasureValue,
  readParameters,
  type Analysis,
  type Findings,
  type FindingsContext,
  type Plan,
  type Services,
} from '@oblique/study';
import { z } from 'zod';
import { ORIENTATION } from '../trained-controls/turnedVariable.js';
import { ocrDetector, PACKAGE, type PublishedNetwork } from './ocrModels.js';
import { uploadedModel } from './uploadedModel.js';

const NAME = 'published';

const parametersSchema = z.strictObject({
  profile: z.enum(['quick', 'full']).default('quick').describe('Sets what is left at null.'),
  seeds: z
    .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .min(2)
    .nullable()
    .default(null)
    .describe('Seeds of the untrained twins; null: three, ten in the profile full.'),
  frequencies: z
    .array(z.number().positive().max(0.5))
    .min(1)
    .default([0.02, 0.04, 0.08, 0.16])
    .transform((frequencies) => [...new Set(frequencies)].sort((a, b) => a - b))
    .describe('Frequencies of the Gabors in cycles/pixel.'),
  sigma: z.number().min(0.5).max(1000).default(15).describe('Standard deviation of the Gabors in pixels.'),
  sizePixels: z
    .int()
    .min(32)
    .max(1024)
    .multipleOf(32)
    .default(96)
    .describe('Height and width of the images; a multiple of 32, which the network takes.'),
  angles: z.int().min(8).max(720).multipleOf(8).default(24).describe('Orientations.'),
  phases: z.int().min(1).max(360).default(4).describe('Phases that D is averaged over.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

const publishedParameters = parametersSchema.transform((given) => ({
  ...given,
  seeds: [...new Set(given.seeds ?? Array.from({ length: given.profile === 'quick' ? 3 : 10 }, (_, k) => k))],
}));

type Parameters = z.infer<typeof publishedParameters>;

/** A network that others trained on photographs, beside its untrained twins; shown, not judged. */
export const published: Analysis = {
  name: NAME,
  title: 'A network that others trained',
  description:
    'Sensitivity to orientation of a text detector that others trained on photographs, beside its untrained twins and ' +
    'over frequencies. It was taken because it is small and free, not for what it shows.',
  parameters: describeParameters(parametersSchema),
  prepare: (given) => {
    const parameters = readParameters(NAME, publishedParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => {
        const network = ocrDetector();
        return network === undefined ? ABSENT : planOf(network, parameters, services);
      },
    };
  },
};

const ABSENT: Plan = {
  steps: [],
  findings: () =>
    Promise.resolve({
      summary: `Not measured: the optional package ${PACKAGE} is not installed (npm install ${PACKAGE}).`,
      seeds: {},
      networks: [],
      claims: [],
      figures: [],
      methods: [],
    }),
};

const MODEL = 'model';
const TRAINED = 'as published';

/** One network, and its steps at every frequency. */
interface Measured {
  /** Undefined: as it was published. */
  readonly seed: number | undefined;
  readonly label: string;
  readonly modelStep: string;
}

function measuredOf({ seeds }: Parameters): Measured[] {
  const twins = seeds.map((seed) => {
    const label = `untrained, seed ${seed}`;
    return { seed, label, modelStep: `model ${label}` };
  });
  return [{ seed: undefined, label: TRAINED, modelStep: MODEL }, ...twins];
}

const measureId = ({ label }: Measured, frequency: number): string => `measure ${label} at ${frequency}`;
const curvesId = ({ label }: Measured, frequency: number): string => `curves ${label} at ${frequency}`;

function planOf(network: PublishedNetwork, parameters: Parameters, services: Services): Plan {
  const { angles, phases, sizePixels, sigma, frequencies } = parameters;
  const grid = [
    { parameter: 'orientation', values: anglesOf(angles) },
    { parameter: 'phase', values: Array.from({ length: phases }, (_, k) => -180 + (360 * k) / phases) },
  ];
  const steps = measuredOf(parameters).flatMap((measured) => [
    measured.seed === undefined
      ? uploadedModel(MODEL, network, services)
      : derivedModel(
          measured.modelStep,
          `making the ${network.label} ${measured.label}`,
          MODEL,
          { derivation: servingV1.Derivation.DERIVATION_REINITIALISED, seed: measured.seed },
          services,
        ),
    ...frequencies.flatMap((frequency) => [
      measureStep(
        {
          id: measureId(measured, frequency),
          description: `measuring the ${network.label} ${measured.label} at ${frequency} cycles/pixel`,
          modelStep: measured.modelStep,
          variable: 'orientation',
          grid,
          layers: ['auto'],
          precision: 'float32',
          stimulus: () => ({
            family: 'gabor',
            widthPixels: sizePixels,
            heightPixels: sizePixels,
            stretch: stimulusV1.Stretch.STRETCH_NONE,
            input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
            parameters: { frequency, sigma },
          }),
          cost: (angles * phases) / 70,
        },
        services,
      ),
      curvesStep(curvesId(measured, frequency), measureId(measured, frequency), 'orientation', services),
    ]),
  ]);
  return { steps, findings: (context) => findingsOf(network, parameters, context) };
}

async function findingsOf(
  network: PublishedNetwork,
  parameters: Parameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { frequencies, seeds, sigma, sizePixels, confidence } = parameters;
  const [trained, ...twins] = measuredOf(parameters);
  const [lowest] = frequencies;
  if (trained === undefined || lowest === undefined) throw new Error('Nothing was measured.');
  // The last is a probability for every pixel, which saturates: its D says where, and nothing of orientation.
  const layers = needed.value(measureId(trained, lowest), readMeasureValue).layers.slice(0, -1);
  const curves = new Map<string, ReadonlyMap<string, readonly number[]>>();
  for (const measured of [trained, ...twins]) {
    for (const frequency of frequencies) {
      const { digest } = needed.result(curvesId(measured, frequency), 'curves.npz');
      curves.set(curvesId(measured, frequency), rootsOf(await store.get(digest), layers));
    }
  }
  const curveOf = (measured: Measured, frequency: number, layer: string): readonly number[] => {
    const curve = curves.get(curvesId(measured, frequency))?.get(layer);
    if (curve === undefined) throw new Error(`${measured.label} has no curve of ${layer} at ${frequency}.`);
    return curve;
  };
  const provenance = [trained, ...twins].flatMap((measured) =>
    frequencies.map((frequency) => needed.result(curvesId(measured, frequency), 'curves.npz').digest),
  );
  const shown = { layers, frequencies, trained, twins, curveOf, provenance, parameters };
  return {
    summary:
      `How sensitive the ${network.label} is to orientation, which others trained on photographs with text, beside twins ` +
      'of new random weights. It was taken because it is small and free, not for what it shows; nothing is claimed about it.',
    seeds: { untrained: seeds },
    networks: [
      {
        name: network.label,
        origin: 'trained',
        description: `Text detector of PaddleOCR's PP-OCRv4 (Apache-2.0), ${network.fileName} of the package ${PACKAGE} ${network.version} (MIT).`,
        digest: needed.result(MODEL, 'model.onnx').digest,
        layers: layers.length,
      },
    ],
    claims: [],
    figures: [await curvesFigure(shown), await preferenceFigure(shown)],
    methods: [
      `Gabors of a standard deviation of ${sigma} pixels on images of ${sizePixels} pixels, fed as they are. Curves are √D over its mean, D being averaged over phases. R is the mean of √D within ±${ORIENTATION.halfWidthDeg}° of 0° and 90° over that of 45° and 135°.`,
      `Twins have the same architecture and new random weights; bands are Student's intervals with ${100 * confidence} % confidence over ${seeds.length} of them. The network as it was published is one, and has none. Its last layer, a probability for every pixel, saturates and is left out.`,
    ],
  };
}

interface Shown {
  readonly layers: readonly string[];
  readonly frequencies: readonly number[];
  readonly trained: Measured;
  readonly twins: readonly Measured[];
  readonly curveOf: (measured: Measured, frequency: number, layer: string) => readonly number[];
  readonly provenance: readonly string[];
  readonly parameters: Parameters;
}

/** Layers that get a panel of their own. */
const SHOWN_LAYERS = 6;

function curvesFigure(shown: Shown): Promise<Figure> {
  const { layers, frequencies, trained, twins, curveOf, provenance, parameters } = shown;
  const frequency = frequencies[Math.floor(frequencies.length / 2)];
  if (frequency === undefined) throw new Error('There is no frequency.');
  const deepest = layers.slice(-SHOWN_LAYERS);
  return stepCurves({
    id: 'published-curves',
    title: 'Sensitivity to orientation of a network that others trained',
    caption: `√D over its mean at ${frequency} cycles/pixel in the ${deepest.length} deepest layers before the readout, beside untrained twins (mean, and interval over their seeds).`,
    provenance,
    axis: {
      name: 'orientation',
      title: 'orientation (degrees)',
      values: anglesOf(parameters.angles),
      ticks: [0, 45, 90, 135, 180],
    },
    value: { name: 'sensitivity', title: '√D / mean √D' },
    panels: deepest.map((layer) => ({
      name: layer,
      lines: [
        { name: TRAINED, values: curveOf(trained, frequency, layer) },
        overTwins(
          twins.map((twin) => curveOf(twin, frequency, layer)),
          parameters.confidence,
        ),
      ],
    })),
    colours: 'categorical',
    legendTitle: 'weights',
    references: [{ along: 'y', at: 1 }],
  });
}

function preferenceFigure(shown: Shown): Promise<Figure> {
  const { layers, frequencies, trained, twins, curveOf, provenance, parameters } = shown;
  const { commonDeg, rareDeg, periodDeg, halfWidthDeg } = ORIENTATION;
  const ratios = (measured: Measured, layer: string): number[] =>
    frequencies.map((frequency) =>
      logWindowRatio(curveOf(measured, frequency, layer), {
        anglesDeg: anglesOf(parameters.angles),
        periodDeg,
        halfWidthDeg,
        centresDeg: commonDeg,
        againstDeg: rareDeg,
      }),
    );
  return stepCurves({
    id: 'published-preference',
    title: 'Its preference for cardinal orientations over frequencies',
    caption:
      'R, mean √D at cardinal over that at oblique orientations, by the frequency of the Gabor, in every layer before the ' +
      'readout, beside untrained twins (geometric mean, and interval over their seeds). Below 1: obliques are preferred.',
    provenance,
    axis: {
      name: 'frequency',
      title: 'cycles/pixel',
      scale: 'log',
      values: frequencies,
      ...(frequencies.length > 1 && { ticks: frequencies }),
    },
    value: { name: 'ratio', title: 'R, cardinal / oblique', scale: 'log' },
    panels: layers.map((layer) => {
      const untrained = overTwins(
        twins.map((twin) => ratios(twin, layer)),
        parameters.confidence,
      );
      return {
        name: layer,
        lines: [
          { name: TRAINED, values: ratios(trained, layer).map(Math.exp) },
          {
            ...untrained,
            values: Array.from(untrained.values, Math.exp),
            low: Array.from(untrained.low, Math.exp),
            high: Array.from(untrained.high, Math.exp),
          },
        ],
      };
    }),
    colours: 'categorical',
    legendTitle: 'weights',
    references: [{ along: 'y', at: 1 }],
  });
}

/** The mean over twins with Student's interval. */
function overTwins(
  curves: readonly (readonly number[])[],
  confidence: number,
): StepLine & Required<Pick<StepLine, 'low' | 'high'>> {
  const [first = []] = curves;
  const values = first.map((_, place) =>
    overSeeds(
      curves.flatMap((curve) => curve[place] ?? []),
      confidence,
    ),
  );
  return {
    name: 'untrained',
    values: values.map(({ estimate }) => estimate),
    low: values.map(({ interval }) => interval.low),
    high: values.map(({ interval }) => interval.high),
  };
}

/** √D over its mean by layer, out of a `curves.npz`. */
function rootsOf(file: Uint8Array, layers: readonly string[]): Map<string, readonly number[]> {
  const arrays = readNpz(file, 'the curves of a network');
  return new Map(
    layers.map((layer) => {
      const array = arrays.get(`rootD/${layer}`);
      if (array === undefined) throw new Error(`The curves lack the layer ${layer}.`);
      const values = Array.from(toNumbers(array));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [layer, values.map((value) => value / mean)];
    }),
  );
}

function anglesOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (ORIENTATION.periodDeg * index) / count);
}
