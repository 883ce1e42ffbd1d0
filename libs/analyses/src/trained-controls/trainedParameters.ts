import { ARCHITECTURES } from '@oblique/networks';
import { z } from 'zod';
import { FREQUENCIES, JUDGED_FROM, TWIN_ACCURACY } from './judgement.js';
import { PROFILES, scaledForm, type Profile } from './profiles.js';
import { TASK_NAMES } from './task.js';
import { HUE, ORIENTATION, type TurnedVariable } from './turnedVariable.js';

const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const names = ARCHITECTURES.map(({ name }) => name);
const orNull = <T extends z.ZodType>(type: T, description: string) =>
  type.nullable().default(null).describe(description);

const fields = {
  profile: z
    .enum(['quick', 'full', 'paper'])
    .default('quick')
    .describe(
      'Sets what is left at null. quick: a small residual network, eight seeds (two for hue), three to four minutes on two cores. full: ' +
        'narrow forms of every architecture, eight seeds, hours on two cores. paper: the full networks, 90 epochs of ' +
        'ImageNet, which must be given as the dataset; a GPU is needed, and about two days on it for each training.',
    ),
  protocol: z
    .enum(['text', 'code'])
    .default('text')
    .describe(
      'text: photographs are turned before they are cropped, with the official aspect 3/4 to 4/3, the Gabor is fed ' +
        "directly, and curves are D over its mean. code: as the authors' script and notebooks do it, turned after a " +
        'square crop with black corners, the Gabor stretched and normalised, and curves are √D over its sum.',
    ),
  seeds: orNull(
    z.array(seed).min(1),
    'Seeds; each is one training more in every world, with equal initial weights. null: from 20 on, since what is judged was chosen on the seeds 0 to 9 and changed after looking at 10 to 17.',
  ),
  dataset: z
    .string()
    .min(1)
    .default('scenes')
    .describe(
      'What to learn from: scenes (the embedded procedural world, synthetic), or the location of images: a folder or ' +
        'tar with one folder a class, CIFAR, ImageNet32 or a stack of images, at a path, s3:// or http(s):// address.',
    ),
  limit: orNull(
    z
      .int()
      .min(0)
      .max(2 ** 32),
    'Only so many images, evenly over the classes; 0: all, and 20000 scenes.',
  ),
  tasks: orNull(
    z.array(z.enum(TASK_NAMES)).min(1),
    'What networks are to tell: class, tilt, hue-turn, object-orientation (scenes only). null: a task that needs ' +
      'the variable and, but in the profile quick, the class, which does not.',
  ),
  turnedBy: orNull(
    z.enum(['prior', 'images']),
    "How a world is turned: by the scenes' dials (prior), or by turning every image. null: prior for scenes, else images.",
  ),
  networks: orNull(z.array(z.enum(names)).min(1), `Architectures to train: ${names.join(', ')}.`),
  width: orNull(
    z.number().positive().max(4),
    'Factor on the number of channels; null: by profile and network.',
  ),
  sizePixels: orNull(
    z.int().min(8).max(1024),
    'Height and width of the images; null: by profile and network.',
  ),
  turnsDeg: orNull(
    z.array(z.number().min(0).max(180)).min(2),
    'By how much the worlds are turned, in degrees, from 0 to the one that exchanges common and rare.',
  ),
  concentration: orNull(
    z.number().positive().max(50),
    "Concentration of the scenes' prior about its peaks; null: the natural world's.",
  ),
  steps: orNull(z.int().min(2).max(10_000_000), 'Steps of training.'),
  batchSize: orNull(z.int().min(2).max(4096), 'Examples a step.'),
  learningRate: z.number().positive().max(10).default(0.1).describe('Learning rate at its highest.'),
  observedSteps: orNull(
    z.int().min(2).max(1000),
    'At how many steps, logarithmically spaced, sensitivity is measured, beside step 0.',
  ),
  judgedFrom: z
    .number()
    .min(0)
    .max(1)
    .default(JUDGED_FROM)
    .describe('Claims are judged on the mean over observed steps from this part of the training on.'),
  twinAccuracy: orNull(
    z.number().positive().max(1),
    'Accuracy of the twin problem about the other variable: a task that reaches less than half of it was not learned. ' +
      'null: what was explored for scenes in the profile quick, else none.',
  ),
  angles: orNull(z.int().min(8).max(720).multipleOf(8), 'Orientations or hues at which D is measured.'),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .default(['auto'])
    .describe('Layers to measure: auto, all, names or patterns with *.'),
  heldOut: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('Part of the images that is kept out of training for the accuracy.'),
  cropScale: orNull(
    z.number().positive().max(1),
    'Least part of the area of a photograph that a random crop keeps.',
  ),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
};

const gaborFields = {
  frequencies: orNull(
    z.array(z.number().positive().max(0.5)).min(1),
    'Frequencies of the Gabors that are judged, in cycles/pixel of a 32 pixel image; scaled with the image for other ' +
      'sizes. null: as declared for what networks learn from.',
  ),
  counterExamples: orNull(
    z.array(z.number().positive().max(0.5)),
    'Frequencies that are drawn beside them and not judged. null: as declared, where the judged ones are.',
  ),
  phases: orNull(z.int().min(1).max(3600), 'Phases of the Gabor that D is averaged over.'),
  sigma: z
    .number()
    .min(0.5)
    .max(1000)
    .default(5)
    .describe('Standard deviation of the Gabors in pixels of a 32 pixel image; scaled likewise.'),
};

const hueFields = {
  saturations: orNull(
    z.int().min(1).max(64),
    'Saturations, and as many values, of the uniform colours that D is averaged over.',
  ),
};

/** What people may set, with `null` for what the profile decides. */
export const declaredRotatedParameters = z.strictObject({ ...fields, ...gaborFields });
export const declaredHueRotatedParameters = z.strictObject({ ...fields, ...hueFields });

/** Reads the parameters; what depends on several of them is checked here. */
export const rotatedParameters = consistent(
  declaredRotatedParameters.transform((given) => {
    const { frequencies: ofProfile, phases } = PROFILES[given.profile];
    const declared = FREQUENCIES[given.dataset === 'scenes' ? 'scenes' : 'photographs'];
    const chosen = given.frequencies ?? ofProfile;
    const frequencies = distinct(chosen ?? declared.judged);
    const counterExamples = given.counterExamples ?? (chosen === null ? declared.counterExamples : []);
    return {
      ...given,
      ...resolved(given, ORIENTATION),
      frequencies,
      counterExamples: distinct(counterExamples).filter((frequency) => !frequencies.includes(frequency)),
      phases: given.phases ?? phases,
    };
  }),
);
export const hueRotatedParameters = consistent(
  declaredHueRotatedParameters.transform((given) => ({
    ...given,
    ...resolved(given, HUE),
    saturations: given.saturations ?? PROFILES[given.profile].saturations,
  })),
);

type Given = z.infer<z.ZodObject<typeof fields>>;

/** Parameters of both analyses, with every default filled in. */
export type TrainedParameters = Readonly<Omit<Given, keyof Resolved> & Resolved>;
export type RotatedParameters = z.infer<typeof rotatedParameters>;
export type HueRotatedParameters = z.infer<typeof hueRotatedParameters>;

type Resolved = ReturnType<typeof resolved>;

function resolved(given: Given, variable: TurnedVariable) {
  const profile: Profile = PROFILES[given.profile];
  const isScenes = given.dataset === 'scenes';
  const needing = isScenes ? variable.scenesTask : variable.photographsTask;
  return {
    seeds: distinct(given.seeds ?? profile.seeds[variable.name]),
    tasks: distinct(given.tasks ?? [needing, ...(profile.counterExample ? ['class' as const] : [])]),
    turnedBy: given.turnedBy ?? (isScenes ? ('prior' as const) : ('images' as const)),
    networks: distinct(given.networks ?? profile.networks),
    width: given.width ?? profile.width,
    sizePixels: given.sizePixels ?? profile.sizePixels,
    turnsDeg: distinct(given.turnsDeg ?? variable.turnsDeg).sort((a, b) => a - b),
    concentration: given.concentration ?? variable.naturalConcentration,
    steps: given.steps ?? profile.steps,
    batchSize: given.batchSize ?? profile.batchSize,
    observedSteps: given.observedSteps ?? profile.observedSteps,
    angles: given.angles ?? profile.angles,
    limit: given.limit ?? profile.limit,
    cropScale: given.cropScale ?? profile.cropScale,
    twinAccuracy: given.twinAccuracy ?? (isScenes && given.profile === 'quick' ? TWIN_ACCURACY : null),
  };
}

function consistent<Parameters extends TrainedParameters>(
  schema: z.ZodType<Parameters>,
): z.ZodType<Parameters> {
  return schema.superRefine((parameters, context) => {
    for (const { field, message } of contradictions(parameters)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
}

function contradictions(parameters: TrainedParameters): { field: string; message: string }[] {
  const { dataset, turnedBy, tasks, profile, turnsDeg } = parameters;
  const found: { field: string; message: string }[] = [];
  if (dataset !== 'scenes' && turnedBy === 'prior') {
    found.push({
      field: 'turnedBy',
      message: 'only scenes have a prior to turn; images can be turned themselves',
    });
  }
  if (dataset !== 'scenes' && tasks.includes('object-orientation')) {
    found.push({ field: 'tasks', message: 'only scenes know how their object is oriented; take tilt' });
  }
  if (dataset === 'scenes' && profile === 'paper') {
    found.push({
      field: 'dataset',
      message: 'the profile paper learns from ImageNet: give the location of its training images',
    });
  }
  if (turnsDeg[0] !== 0) {
    found.push({ field: 'turnsDeg', message: 'the world as it is, 0, must be among them' });
  }
  return found;
}

/** Width and image size that a network is trained with. */
export function formOf(
  { width, sizePixels }: TrainedParameters,
  network: string,
): { readonly width: number; readonly sizePixels: number } {
  const form = scaledForm(network);
  return { width: width ?? form.width, sizePixels: sizePixels ?? form.sizePixels };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
