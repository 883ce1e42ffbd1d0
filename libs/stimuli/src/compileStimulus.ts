import { dataTypeCode, int, ProgramBuilder, type Program } from '@oblique/onnx';
import { StretchError, ValueOutOfRangeError } from './errors.js';
import { findFamily, findParameter } from './families.js';
import { Float64Formula } from './float64Formula.js';
import type { ImageSize, StimulusFamily, Stretch } from './stimulusFamily.js';

/** Images wider or higher than this are refused. */
export const MAXIMUM_SIZE_PIXELS = 4096;

/** Key of the program's metadata under which its specification stands as JSON. */
export const STIMULUS_METADATA_KEY = 'oblique.stimulus';

export interface StimulusOptions extends ImageSize {
  /** A family, or its name. */
  readonly family: StimulusFamily | string;
  /** Default: none. */
  readonly stretch?: Stretch;
  /** Element type of the image; default: float32. */
  readonly dtype?: 'float32' | 'float64';
}

/**
 * The stimulus as a program. Inputs: one float64 [N] for each parameter, named after it and its unit
 * (`Parameter.programInput`). Output: `image` [N, 3, H, W], computed in float64 and, for float32, rounded at the end.
 * @throws UnknownFamilyError, StretchError
 * @throws ValueOutOfRangeError where width or height is not a whole number from 1 to {@link MAXIMUM_SIZE_PIXELS}
 */
export function compileStimulus(options: StimulusOptions): Program {
  const { widthPixels, heightPixels, stretch = 'none', dtype = 'float32' } = options;
  const family = typeof options.family === 'string' ? findFamily(options.family) : options.family;
  checkImageSize({ widthPixels, heightPixels });
  checkStretch(family, stretch);

  const builder = new ProgramBuilder(family.name);
  for (const { programInput } of family.parameters) builder.input(programInput, 'float64', ['N']);
  const formula = new Float64Formula(builder);
  const plain = family.image(formula, (name) => findParameter(family, name).programInput, {
    widthPixels,
    heightPixels,
  });
  const exact = stretch === 'minmax' ? stretched(formula, plain) : plain;
  // Rounding before repeating gives the same numbers and touches a third of the memory.
  const rounded = dtype === 'float64' ? exact : builder.op('Cast', [exact], { to: int(dataTypeCode(dtype)) });
  builder.op('Expand', [rounded, builder.ints([1, 3, heightPixels, widthPixels])], {}, { output: 'image' });
  builder.output('image', dtype, ['N', 3, heightPixels, widthPixels]);
  builder.metadata(
    STIMULUS_METADATA_KEY,
    JSON.stringify({ family: family.name, widthPixels, heightPixels, stretch }),
  );
  return builder.build();
}

/**
 * Checks that width and height are whole numbers from 1 to {@link MAXIMUM_SIZE_PIXELS}.
 * @throws ValueOutOfRangeError
 */
export function checkImageSize({ widthPixels, heightPixels }: ImageSize): void {
  for (const [name, pixels] of Object.entries({ width: widthPixels, height: heightPixels })) {
    if (Number.isInteger(pixels) && pixels >= 1 && pixels <= MAXIMUM_SIZE_PIXELS) continue;
    throw new ValueOutOfRangeError(
      name,
      `${name} = ${pixels} pixels is not possible; allowed are whole numbers from 1 to ${MAXIMUM_SIZE_PIXELS}.`,
    );
  }
}

/**
 * Checks that the family offers the stretch.
 * @throws StretchError
 */
export function checkStretch(family: StimulusFamily, stretch: Stretch): void {
  if (family.stretches.includes(stretch)) return;
  throw new StretchError(
    'stretch',
    `Stimulus ${family.name} cannot be stretched by ${stretch}; offered: ${family.stretches.join(', ')}.`,
  );
}

/** g = 2 (g0 − min g0) / (max g0 − min g0) − 1, of each image. */
function stretched(f: Float64Formula, image: string): string {
  const { minimum, maximum } = f.extremes(image);
  const fromZeroToOne = f.div(f.sub(image, minimum), f.sub(maximum, minimum));
  return f.sub(f.mul(2, fromZeroToOne), 1);
}
