import { float32, float64, int64 } from '@oblique/arrays';
import { int, ProgramBuilder, type Program } from '@oblique/onnx';

/** Metadata key of a program under which its preprocessing is kept: JSON, a {@link Preprocessing}. */
export const PREPROCESSING_KEY = 'oblique.preprocessing';

/**
 * What a network expects of an image whose red, green and blue lie in [0, 1]: each channel becomes
 * (value · scale − mean) / std, then the channels are put into the order.
 */
export interface Preprocessing {
  readonly channelOrder: 'RGB' | 'BGR';
  readonly scale: number;
  /** Of red, green and blue, in this order whatever `channelOrder` is. */
  readonly mean: readonly number[];
  /** Of red, green and blue, in this order whatever `channelOrder` is. */
  readonly std: readonly number[];
}

/** torchvision's normalisation of photographs: mean and standard deviation of ImageNet. */
export const IMAGENET: Preprocessing = {
  channelOrder: 'RGB',
  scale: 1,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * The preprocessing as a program: `image` [N, 3, H, W] in [0, 1] to `preprocessed` of the same shape and element type.
 * Scale, mean and std are folded in double precision into one factor and one offset a channel.
 * @throws RangeError where the preprocessing is not valid.
 */
export function preprocessingProgram(
  preprocessing: Preprocessing,
  dtype: 'float32' | 'float64' = 'float32',
): Program {
  const { channelOrder, scale, mean, std } = checked(preprocessing, 'The preprocessing');
  const perChannel = dtype === 'float32' ? float32 : float64;
  const shape = [1, 3, 1, 1];
  const factors = std.map((deviation) => scale / deviation);
  const offsets = std.map((deviation, channel) => -(mean[channel] ?? NaN) / deviation);

  const builder = new ProgramBuilder('preprocessing');
  const image = builder.input('image', dtype, ['N', 3, 'H', 'W']);
  const factor = builder.initializer('factor', perChannel(shape, factors));
  const offset = builder.initializer('offset', perChannel(shape, offsets));
  const scaled = builder.op('Mul', [image, factor], {}, { name: 'scaled' });
  const name = 'preprocessed';
  if (channelOrder === 'RGB') {
    builder.op('Add', [scaled, offset], {}, { name });
  } else {
    const normalised = builder.op('Add', [scaled, offset], {}, { name: 'normalised' });
    const order = builder.initializer('order', int64([3], [2, 1, 0]));
    builder.op('Gather', [normalised, order], { axis: int(1) }, { name });
  }
  builder.output(name, dtype, ['N', 3, 'H', 'W']);
  return builder.build();
}

/**
 * The preprocessing that the program's metadata declares; undefined where there is none.
 * @throws RangeError where the metadata is not a valid preprocessing.
 */
export function readPreprocessing(program: Program): Preprocessing | undefined {
  const text = program.metadata.get(PREPROCESSING_KEY);
  if (text === undefined) return undefined;
  const what = `The model's metadata ${PREPROCESSING_KEY}`;
  try {
    return checked(JSON.parse(text), what);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RangeError(`${what} is not JSON: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * The program with this preprocessing in its metadata.
 * @throws RangeError where the preprocessing is not valid.
 */
export function withPreprocessing(program: Program, preprocessing: Preprocessing): Program {
  const text = JSON.stringify(checked(preprocessing, 'The preprocessing'));
  return { ...program, metadata: new Map(program.metadata).set(PREPROCESSING_KEY, text) };
}

function checked(value: unknown, what: string): Preprocessing {
  const form = `${what} must be like ${JSON.stringify(IMAGENET)}`;
  if (typeof value !== 'object' || value === null) throw new RangeError(`${form}.`);
  const { channelOrder, scale, mean, std } = value as Readonly<Record<keyof Preprocessing, unknown>>;
  if (channelOrder !== 'RGB' && channelOrder !== 'BGR')
    throw new RangeError(`${form}: channelOrder is ${JSON.stringify(channelOrder)}.`);
  if (!isNumber(scale) || scale === 0) throw new RangeError(`${form}: scale is ${JSON.stringify(scale)}.`);
  if (!isTriple(mean)) throw new RangeError(`${form}: mean is ${JSON.stringify(mean)}.`);
  if (!isTriple(std) || std.includes(0)) throw new RangeError(`${form}: std is ${JSON.stringify(std)}.`);
  return { channelOrder, scale, mean, std };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isTriple(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}
