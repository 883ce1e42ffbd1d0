import type { FieldLimit } from './fieldLimit.js';

/** Largest whole number of 64 bits without a sign: seeds are taken whole. */
const SEED = { to: 2n ** 64n - 1n, why: 'A seed is a whole number of 64 bits.' } as const;

const MOST_STEPS = 10_000_000;
const STEPS = {
  to: MOST_STEPS,
  why: 'What is measured at every step is kept in memory, and so many steps take weeks.',
} as const;

const MOST_SCENES = 10_000_000;

const MOST_POINTS = 1_000_000;

/** Any finite number: the service knows the range and says so. */
function finite(why: string): FieldLimit {
  return { from: -Number.MAX_VALUE, to: Number.MAX_VALUE, why };
}

const CHECKED_BY_SCENES = finite(
  'A dial of scenes costs nothing; its range is checked where scenes are made.',
);
const CHECKED_BY_TRAINING = finite(
  'A rate or factor costs nothing; the training service checks that it is possible.',
);

/**
 * Every number, list and map that a request of any service can hold, by its full name, with the most that it may be. A
 * test walks the contracts and fails where one is missing here. Texts that are not listed may have MOST_CHARACTERS.
 */
export const FIELD_LIMITS: Readonly<Record<string, FieldLimit>> = {
  // oblique.artifact.v1
  'oblique.artifact.v1.ArtifactRef.size_bytes': {
    to: 2 ** 50,
    why: 'Larger artifacts are not kept; nothing is reserved by it.',
  },
  'oblique.artifact.v1.Provenance.inputs': { items: 10_000, why: 'A manifest is read whole.' },
  'oblique.artifact.v1.Provenance.parameters_json': { characters: 2 ** 22, why: 'A manifest is read whole.' },

  // oblique.stimulus.v1
  'oblique.stimulus.v1.StimulusSpec.width_pixels': { to: 4096, why: 'Larger images are not made.' },
  'oblique.stimulus.v1.StimulusSpec.height_pixels': { to: 4096, why: 'Larger images are not made.' },
  'oblique.stimulus.v1.StimulusSpec.parameters': {
    items: 64,
    why: 'No family has more parameters; the range of each is declared by its family.',
  },
  'oblique.stimulus.v1.GridAxis.values': {
    items: MOST_POINTS,
    why: 'No grid has more points; the range of each parameter is declared by its family.',
  },
  'oblique.stimulus.v1.RenderStimulusRequest.grid': { items: 64, why: 'No family has more parameters.' },

  // oblique.serving.v1
  'oblique.serving.v1.Preprocessing.scale': finite('Whether it is possible is checked with the network.'),
  'oblique.serving.v1.Preprocessing.mean': {
    ...finite(''),
    items: 3,
    why: 'Of red, green and blue.',
  },
  'oblique.serving.v1.Preprocessing.std': { ...finite(''), items: 3, why: 'Of red, green and blue.' },
  'oblique.serving.v1.Architecture.seed': SEED,
  'oblique.serving.v1.Architecture.input_size_pixels': { to: 4096, why: 'Larger images are not made.' },
  'oblique.serving.v1.Architecture.classes': {
    to: 100_000,
    why: 'The last layer is made at once, thousands of weights a class.',
  },
  'oblique.serving.v1.Derived.seed': SEED,
  'oblique.serving.v1.MeasureSensitivityRequest.grid': { items: 64, why: 'No family has more parameters.' },
  'oblique.serving.v1.MeasureSensitivityRequest.layers': {
    items: 10_000,
    why: 'Each is looked up among the tensors of the network.',
  },
  'oblique.serving.v1.MeasureSensitivityRequest.batch_size': {
    to: 4096,
    why: 'All activations of a batch are in memory at once.',
  },
  'oblique.serving.v1.CentralDifference.step': finite('It costs nothing; that it is above 0 is checked.'),

  // oblique.statistics.v1
  'oblique.statistics.v1.Measurement.seed': SEED,
  'oblique.statistics.v1.CardinalObliqueRatioRequest.measurements': {
    items: 10_000,
    why: 'Each is an artifact that is read into memory.',
  },
  'oblique.statistics.v1.CardinalObliqueRatioRequest.half_width_deg': {
    from: 0,
    to: 22.5,
    why: 'At 22.5 degrees windows meet.',
  },
  'oblique.statistics.v1.Resampling.resamples': {
    to: 1_000_000,
    why: 'Each computes the statistic anew.',
  },
  'oblique.statistics.v1.Resampling.confidence': {
    from: 0,
    to: 1,
    why: 'It must lie between 0 and 1, e.g. 0.95.',
  },
  'oblique.statistics.v1.Resampling.seed': SEED,
  'oblique.statistics.v1.BootstrapRequest.groups': {
    items: 100_000,
    why: 'Each resample draws from all of them.',
  },
  'oblique.statistics.v1.BootstrapRequest.Group.values': {
    ...finite(''),
    items: MOST_POINTS,
    why: 'Each resample draws as many; none may be infinite or NaN.',
  },
  'oblique.statistics.v1.DescribeImagesRequest.images': {
    to: MOST_SCENES,
    why: 'Each is decoded and counted.',
  },
  'oblique.statistics.v1.DescribeImagesRequest.examples': {
    to: 1000,
    why: 'A larger sheet would be no overview.',
  },
  'oblique.statistics.v1.ExtractPatchesRequest.count': {
    to: 2 ** 29,
    why: 'Patches are made in memory; count and size together are checked too.',
  },
  'oblique.statistics.v1.ExtractPatchesRequest.size_pixels': { to: 4096, why: 'Patches are made in memory.' },
  'oblique.statistics.v1.ExtractPatchesRequest.seed': SEED,

  // oblique.dataset.v1
  'oblique.dataset.v1.Dataset.limit': { to: 2 ** 32, why: 'It only lowers the number of images.' },
  'oblique.dataset.v1.Scenes.count': {
    to: MOST_SCENES,
    why: 'The order of the whole set is drawn in memory.',
  },
  'oblique.dataset.v1.Scenes.seed': SEED,
  'oblique.dataset.v1.Scenes.size_pixels': { to: 1024, why: 'Larger scenes are not drawn.' },
  'oblique.dataset.v1.Scenes.orientation_bins': { to: 1800, why: 'A tenth of a degree each.' },
  'oblique.dataset.v1.OrientationPrior.concentration': CHECKED_BY_SCENES,
  'oblique.dataset.v1.OrientationPrior.peak_deg': CHECKED_BY_SCENES,
  'oblique.dataset.v1.HuePrior.concentration': CHECKED_BY_SCENES,
  'oblique.dataset.v1.HuePrior.peak_deg': CHECKED_BY_SCENES,
  'oblique.dataset.v1.FrequencyPrior.exponent': CHECKED_BY_SCENES,
  'oblique.dataset.v1.LabelNoise.amount': finite(
    'It costs nothing; whether it is possible depends on the prior.',
  ),
  'oblique.dataset.v1.Gratings.bins': { to: 1800, why: 'A tenth of a degree each.' },
  'oblique.dataset.v1.CosinePrior.steepness': finite('That it lies between -1 and 1 is checked.'),
  'oblique.dataset.v1.CosinePrior.peak_deg': {
    from: -36_000,
    to: 36_000,
    why: 'Beyond a hundred turns an angle loses digits.',
  },
  'oblique.dataset.v1.RandomResizedCrop.scale_min': finite('Shares of the image are checked.'),
  'oblique.dataset.v1.RandomResizedCrop.scale_max': finite('Shares of the image are checked.'),
  'oblique.dataset.v1.RandomResizedCrop.aspect_min': finite('That both are above 0 and in order is checked.'),
  'oblique.dataset.v1.RandomResizedCrop.aspect_max': finite('That both are above 0 and in order is checked.'),
  'oblique.dataset.v1.Augmentation.centre_fraction': finite('That it is above 0 and at most 1 is checked.'),
  'oblique.dataset.v1.Augmentation.rotation_deg': {
    from: -36_000,
    to: 36_000,
    why: 'Beyond a hundred turns an angle loses digits.',
  },
  'oblique.dataset.v1.Augmentation.hue_shift_deg': {
    from: -36_000,
    to: 36_000,
    why: 'Beyond a hundred turns an angle loses digits.',
  },

  // oblique.training.v1
  'oblique.training.v1.TrainingSpec.seed': SEED,
  'oblique.training.v1.NetworkTraining.batch_size': {
    to: 65_536,
    why: 'All images and activations of a batch are in memory at once.',
  },
  'oblique.training.v1.NetworkTraining.steps': STEPS,
  'oblique.training.v1.NetworkTraining.epochs': {
    to: 1_000_000,
    why: 'The steps that they make are held against their own limit.',
  },
  'oblique.training.v1.NetworkTraining.observations': {
    items: 100,
    why: 'Each has a program of its own that is held while the training goes on.',
  },
  'oblique.training.v1.NetworkTraining.held_out_fraction': finite('That it is from 0 to below 1 is checked.'),
  'oblique.training.v1.NetworkTraining.initial_scale': CHECKED_BY_TRAINING,
  'oblique.training.v1.ScaledArchitecture.width': {
    to: 64,
    why: 'Weights grow with its square; how many there may be is checked when they are made.',
  },
  'oblique.training.v1.ScaledArchitecture.input_size_pixels': {
    to: 4096,
    why: 'Larger images are not made.',
  },
  'oblique.training.v1.Optimiser.momentum': CHECKED_BY_TRAINING,
  'oblique.training.v1.Optimiser.weight_decay': CHECKED_BY_TRAINING,
  'oblique.training.v1.Optimiser.clip_gradient_norm': CHECKED_BY_TRAINING,
  'oblique.training.v1.Schedule.learning_rate': CHECKED_BY_TRAINING,
  'oblique.training.v1.Schedule.warm_up_steps': STEPS,
  'oblique.training.v1.Schedule.factor': CHECKED_BY_TRAINING,
  'oblique.training.v1.Schedule.every_steps': STEPS,
  'oblique.training.v1.StepSeries.at': {
    to: MOST_STEPS,
    items: 10_000,
    why: 'At each something is measured or kept on disk.',
  },
  'oblique.training.v1.StepSeries.every': STEPS,
  'oblique.training.v1.StepSeries.logarithmic': {
    to: 10_000,
    why: 'At each something is measured or kept on disk.',
  },
  'oblique.training.v1.Observation.grid': { items: 64, why: 'No family has more parameters.' },
  'oblique.training.v1.Observation.layers': {
    items: 10_000,
    why: 'Each is looked up among the tensors of the network.',
  },
  'oblique.training.v1.LinearTraining.depth': { to: 64, why: 'Each matrix is held several times over.' },
  'oblique.training.v1.LinearTraining.initial_size': CHECKED_BY_TRAINING,
  'oblique.training.v1.LinearTraining.batch_size': {
    to: 1_000_000,
    why: 'All patches of a batch are in memory at once.',
  },
  'oblique.training.v1.LinearTraining.learning_rate': CHECKED_BY_TRAINING,
  'oblique.training.v1.LinearTraining.steps': STEPS,
  'oblique.training.v1.LinearTraining.output_noise': CHECKED_BY_TRAINING,
  'oblique.training.v1.LinearTraining.frequencies_cycles_per_pixel': {
    ...finite(''),
    items: 10_000,
    why: 'Sensitivity to each is computed at every recorded step; that each is above 0 is checked.',
  },
  'oblique.training.v1.LinearTraining.acuity_threshold': CHECKED_BY_TRAINING,

  // inference
  'inference.ModelInferRequest.parameters': {
    items: 64,
    why: 'Extensions; those that are unknown are refused.',
  },
  'inference.ModelInferRequest.inputs': { items: 1024, why: 'No model has more.' },
  'inference.ModelInferRequest.outputs': { items: 10_000, why: 'No model has more tensors.' },
  'inference.ModelInferRequest.raw_input_contents': { items: 1024, why: 'One an input.' },
  'inference.ModelInferRequest.InferInputTensor.shape': {
    items: 32,
    why: 'Tensors have fewer axes; sizes must agree with the model and with what was sent.',
  },
  'inference.ModelInferRequest.InferInputTensor.parameters': {
    items: 64,
    why: 'Extensions; those that are unknown are refused.',
  },
  'inference.ModelInferRequest.InferRequestedOutputTensor.parameters': {
    items: 64,
    why: 'Extensions; those that are unknown are refused.',
  },
  'inference.InferParameter.int64_param': { unlimited: 'Extensions that are unknown are refused.' },
  'inference.InferParameter.uint64_param': { unlimited: 'Extensions that are unknown are refused.' },
  'inference.InferParameter.double_param': { unlimited: 'Extensions that are unknown are refused.' },
  'inference.InferTensorContents.bool_contents': { unlimited: 'As many as a message holds.' },
  'inference.InferTensorContents.int_contents': { unlimited: 'As many as a message holds.' },
  'inference.InferTensorContents.int64_contents': { unlimited: 'As many as a message holds.' },
  'inference.InferTensorContents.uint_contents': { unlimited: 'As many as a message holds.' },
  'inference.InferTensorContents.uint64_contents': { unlimited: 'As many as a message holds.' },
  'inference.InferTensorContents.fp32_contents': {
    unlimited: 'Any number, NaN too, has a meaning for a model.',
  },
  'inference.InferTensorContents.fp64_contents': {
    unlimited: 'Any number, NaN too, has a meaning for a model.',
  },
  'inference.InferTensorContents.bytes_contents': { unlimited: 'As many as a message holds.' },
};

/** Characters of a text that FIELD_LIMITS does not list: names, paths and addresses are shorter. */
export const MOST_CHARACTERS = 4096;

/** Values in the parameters of a run, and how deep they may be nested. */
export const STRUCT_LIMITS = { values: 100_000, depth: 32, characters: 65_536 } as const;

/** Most bytes of one message, by the method that takes it; of every other method {@link MOST_REQUEST_BYTES}. */
export const BULK_METHODS: ReadonlySet<string> = new Set([
  '/oblique.artifact.v1.ArtifactService/PutArtifact',
  '/oblique.serving.v1.ServingService/AddModel',
  '/inference.GRPCInferenceService/ModelInfer',
]);

/** So much is decoded without holding up other calls: a grid of a million points. */
export const MOST_REQUEST_BYTES = 8 * 2 ** 20;
