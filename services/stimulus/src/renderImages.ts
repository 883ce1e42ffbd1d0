import { float64, isDType, zeros, type NdArray } from '@oblique/arrays';
import { jvp, tangentName } from '@oblique/autodiff';
import { writeProgram } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { compileStimulus, stimulusFeeds, type Parameter, type Point } from '@oblique/stimuli';
import type { DrawnStimulus } from './drawnStimulus.js';

/** Pixels of all channels that one run computes: little enough to be stopped soon, enough to keep a core busy. */
const BATCH_ELEMENTS = 2 ** 21;

export interface RenderedImages {
  /** float32 [points, 3, H, W] */
  readonly images: NdArray<'float32'>;
  /** float32 [points, 3, H, W], per derivative unit of the variable. */
  readonly derivatives: NdArray<'float32'> | undefined;
  /** The largest absolute derivative of all points; 0 without derivatives. */
  readonly largestDerivative: number;
}

export interface RenderOptions {
  readonly stimulus: DrawnStimulus;
  readonly points: readonly Point[];
  /** With respect to what the images are differentiated. */
  readonly variable: Parameter | undefined;
  readonly signal: AbortSignal;
}

/** Images at all points, and their exact derivatives by forward-mode differentiation of the stimulus's program. */
export async function renderImages(
  runtime: Runtime,
  { stimulus, points, variable, signal }: RenderOptions,
): Promise<RenderedImages> {
  const { family, widthPixels, heightPixels } = stimulus;
  const image = compileStimulus(stimulus);
  const program = variable && jvp(image, { wrt: [variable.programInput], outputs: ['image'] });
  const handle = runtime.load(writeProgram(program ?? image));
  const shape = [points.length, 3, heightPixels, widthPixels];
  const images = zeros('float32', shape);
  const derivatives = variable && zeros('float32', shape);

  const elements = 3 * heightPixels * widthPixels;
  const batch = Math.max(1, Math.floor(BATCH_ELEMENTS / elements));
  for (let start = 0; start < points.length; start += batch) {
    const some = points.slice(start, start + batch);
    const feeds: Record<string, NdArray> = stimulusFeeds(family, some);
    if (variable)
      feeds[tangentName(variable.programInput)] = float64(
        [some.length],
        some.map(() => 1),
      );
    const outputs = await runtime.run(handle, feeds, { signal });
    images.data.set(float32Of(outputs, 'image'), start * elements);
    derivatives?.data.set(float32Of(outputs, tangentName('image')), start * elements);
  }
  return {
    images,
    derivatives,
    largestDerivative: derivatives === undefined ? 0 : largestMagnitude(derivatives.data),
  };
}

function float32Of(outputs: Readonly<Record<string, NdArray>>, name: string): Float32Array {
  const output = outputs[name];
  if (output === undefined || !isDType(output, 'float32')) {
    throw new TypeError(`The stimulus program gave no float32 output ${name}.`);
  }
  return output.data;
}

function largestMagnitude(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
