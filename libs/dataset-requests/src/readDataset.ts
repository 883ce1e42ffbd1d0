import { datasetV1 } from '@oblique/contracts';
import {
  checkGratingPrior,
  checkLabelNoise,
  GratingPriorError,
  LabelNoiseError,
  type DatasetSource,
  type GratingPrior,
  type LabelNoise,
  type NamedGratingPrior,
} from '@oblique/datasets';
import { seedFrom } from '@oblique/random';
import { checkSceneOptions, NATURAL_SCENES, SceneOptionsError, type SceneOptions } from '@oblique/scenes';
import { ServiceError } from '@oblique/service';

const { Gratings_Prior: Prior, LabelNoise_Formula: Formula } = datasetV1;

const DEFAULT_GRATING_BINS = 60;

/** Gratings that are drawn from angles and phases. */
export interface RequestedGratings {
  readonly kind: 'gratings';
  readonly prior: GratingPrior;
  readonly labelNoise: LabelNoise;
  /** Classes of equal width over 180°. */
  readonly bins: number;
  readonly halfCirclePhases: boolean;
}

/** Images of a set, or gratings. */
export type RequestedDataset = DatasetSource | RequestedGratings;

/**
 * The dataset out of a request, every default filled in.
 * @throws ServiceError naming the field, the value and what is allowed.
 */
export function readDataset(message: datasetV1.Dataset | undefined, field: string): RequestedDataset {
  const limited = message !== undefined && message.limit > 0 ? { limit: message.limit } : {};
  switch (message?.source?.$case) {
    case 'scenes':
      return { kind: 'scenes', scenes: readScenes(message.source.value, `${field}.scenes`), ...limited };
    case 'location':
      if (message.source.value.trim() !== '')
        return { kind: 'location', location: message.source.value, ...limited };
      throw refusal(`${field}.location`, 'is empty; give a path, s3:// or http(s):// address of images.');
    case 'gratings':
      return readGratings(message.source.value, `${field}.gratings`);
    case undefined:
      throw refusal(field, 'is missing; it must be scenes, a location of images, or gratings.');
  }
}

function readScenes(message: datasetV1.Scenes, field: string): SceneOptions {
  const { count, seed, sizePixels, orientation, hue, frequency } = message;
  const scenes: SceneOptions = {
    count: count || NATURAL_SCENES.count,
    seed: seedFrom(seed),
    sizePixels: sizePixels || NATURAL_SCENES.sizePixels,
    orientation: orientation ?? NATURAL_SCENES.orientation,
    hue: hue ?? NATURAL_SCENES.hue,
    frequency: frequency ?? NATURAL_SCENES.frequency,
  };
  try {
    checkSceneOptions(scenes);
  } catch (cause) {
    if (!(cause instanceof SceneOptionsError)) throw cause;
    const path = cause.field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    throw new ServiceError('VALUE_OUT_OF_RANGE', cause.message, { field: `${field}.${path}`, cause });
  }
  return scenes;
}

function readGratings(
  { prior, cosinePrior, labelNoise, bins, halfCirclePhases }: datasetV1.Gratings,
  field: string,
): RequestedGratings {
  const named = readPrior(prior, `${field}.prior`);
  if (named !== undefined && cosinePrior !== undefined)
    throw refusal(`${field}.cosine_prior`, `is given beside prior (${named}); give one of the two.`);
  const drawn = readCosinePrior(cosinePrior, `${field}.cosine_prior`) ?? named ?? 'uniform';
  const noise = readLabelNoise(labelNoise, `${field}.label_noise`);
  try {
    checkLabelNoise(noise, drawn);
  } catch (cause) {
    if (!(cause instanceof LabelNoiseError)) throw cause;
    throw new ServiceError('VALUE_OUT_OF_RANGE', cause.message, {
      field: `${field}.label_noise.amount`,
      cause,
    });
  }
  return {
    kind: 'gratings',
    prior: drawn,
    labelNoise: noise,
    bins: bins || DEFAULT_GRATING_BINS,
    halfCirclePhases,
  };
}

/** Undefined where the request has none. */
function readCosinePrior(prior: datasetV1.CosinePrior | undefined, field: string): GratingPrior | undefined {
  if (prior === undefined) return undefined;
  try {
    checkGratingPrior(prior);
  } catch (cause) {
    if (!(cause instanceof GratingPriorError)) throw cause;
    throw new ServiceError('VALUE_OUT_OF_RANGE', cause.message, { field, cause });
  }
  return prior;
}

function readLabelNoise(message: datasetV1.LabelNoise | undefined, field: string): LabelNoise {
  if (message === undefined) return { formula: 'none' };
  const { amount } = message;
  const balancedPrior = readPrior(message.balancedPrior, `${field}.balanced_prior`);
  return {
    formula: readFormula(message.formula, `${field}.formula`),
    ...(amount !== 0 && { amount }),
    ...(balancedPrior !== undefined && { balancedPrior }),
  };
}

function readFormula(formula: datasetV1.LabelNoise_Formula, field: string): LabelNoise['formula'] {
  switch (formula) {
    case Formula.FORMULA_UNSPECIFIED:
      return 'none';
    case Formula.FORMULA_TEXT:
      return 'text';
    case Formula.FORMULA_CODE:
      return 'code';
    case Formula.FORMULA_ERASURE:
      return 'erasure';
    default:
      throw refusal(field, `= ${formula} is unknown; give FORMULA_TEXT, FORMULA_CODE or FORMULA_ERASURE.`);
  }
}

/** Undefined where the request leaves it open. */
function readPrior(prior: datasetV1.Gratings_Prior, field: string): NamedGratingPrior | undefined {
  switch (prior) {
    case Prior.PRIOR_UNSPECIFIED:
      return undefined;
    case Prior.PRIOR_UNIFORM:
      return 'uniform';
    case Prior.PRIOR_VERTICAL:
      return 'vertical';
    default:
      throw refusal(field, `= ${prior} is unknown; give PRIOR_UNIFORM or PRIOR_VERTICAL.`);
  }
}

function refusal(field: string, why: string): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', `${field} ${why}`, { field });
}
