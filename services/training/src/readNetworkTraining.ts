import type { ArtifactRef } from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import { readAugmentation, readDataset, readTask, type RequestedDataset } from '@oblique/dataset-requests';
import type { Augmentation, Task } from '@oblique/datasets';
import { findArchitecture, UnknownArchitectureError } from '@oblique/networks';
import type { JsonSeed } from '@oblique/random';
import { readArtifactRef, ServiceError } from '@oblique/service';
import type { Schedule } from '@oblique/training';
import { above, atLeast, belowOne } from './readNumber.js';
import { readObservations, type ObservationPlan } from './readObservations.js';
import { readOptimiser, type OptimiserPlan } from './readOptimiser.js';
import { readSchedule } from './readSchedule.js';
import { readStepSeries, type StepSeries } from './stepSeries.js';

const DEFAULT_BATCH_SIZE = 128;

/** A network to be trained, every default filled in. */
export interface NetworkPlan {
  readonly kind: 'network';
  readonly seed: JsonSeed;
  readonly start: ArchitectureStart | ModelStart;
  readonly dataset: RequestedDataset;
  readonly task: Task;
  readonly augmentation: Augmentation;
  readonly optimiser: OptimiserPlan;
  readonly schedule: Schedule;
  readonly batchSize: number;
  readonly length: { readonly steps: number } | { readonly epochs: number };
  readonly checkpoints: StepSeries;
  readonly observations: readonly ObservationPlan[];
  readonly observationSteps: StepSeries;
  readonly heldOutFraction: number;
}

/** A built-in architecture with random weights. */
export interface ArchitectureStart {
  readonly kind: 'architecture';
  readonly architecture: string;
  readonly width: number;
  /** 0: the dataset's. */
  readonly inputSizePixels: number;
  readonly initialScale: number;
}

/** A model of the store with its weights. */
export interface ModelStart {
  readonly kind: 'model';
  readonly model: ArtifactRef;
}

/** @throws ServiceError naming the field, the value and what is allowed. */
export function readNetworkTraining(message: trainingV1.NetworkTraining, seed: JsonSeed): NetworkPlan {
  const field = (name: string): string => `spec.network.${name}`;
  const dataset = readDataset(message.dataset, field('dataset'));
  return {
    kind: 'network',
    seed,
    start: readStart(message),
    dataset,
    task: readTask(message.task, message.dataset, field('task')),
    augmentation: readAugmentation(message.augmentation, field('augmentation')),
    optimiser: readOptimiser(message.optimiser, field('optimiser')),
    schedule: readSchedule(message.schedule, field('schedule')),
    batchSize: atLeast(1, message.batchSize || DEFAULT_BATCH_SIZE, field('batch_size')),
    length: readLength(message),
    checkpoints: readStepSeries(message.checkpoints),
    observations: readObservations(message.observations, field('observations')),
    observationSteps: readStepSeries(message.observationSteps),
    heldOutFraction: belowOne(message.heldOutFraction, field('held_out_fraction')),
  };
}

function readStart({ start, initialScale }: trainingV1.NetworkTraining): ArchitectureStart | ModelStart {
  switch (start?.$case) {
    case 'architecture': {
      const { architecture, width, inputSizePixels } = start.value;
      return {
        kind: 'architecture',
        architecture: knownArchitecture(architecture),
        width: above(0, width || 1, 'spec.network.architecture.width'),
        inputSizePixels,
        initialScale: above(0, initialScale || 1, 'spec.network.initial_scale'),
      };
    }
    case 'model':
      if (initialScale !== 0)
        throw new ServiceError(
          'INVALID_ARGUMENT',
          `initial_scale = ${initialScale} is of built-in architectures; a model keeps its weights.`,
          { field: 'spec.network.initial_scale' },
        );
      return { kind: 'model', model: readArtifactRef(start.value, 'spec.network.model') };
    case undefined:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'spec.network.start is missing; it must name a built-in architecture or refer to a model.',
        { field: 'spec.network.start' },
      );
  }
}

function knownArchitecture(name: string): string {
  try {
    return findArchitecture(name).name;
  } catch (cause) {
    if (!(cause instanceof UnknownArchitectureError)) throw cause;
    throw new ServiceError('INVALID_ARGUMENT', cause.message, {
      field: 'spec.network.architecture.architecture',
      cause,
    });
  }
}

function readLength({ steps, epochs }: trainingV1.NetworkTraining): NetworkPlan['length'] {
  if (steps > 0 && epochs > 0)
    throw new ServiceError('INVALID_ARGUMENT', 'Give steps or epochs, not both.', {
      field: 'spec.network.epochs',
    });
  return steps > 0 ? { steps } : { epochs: above(0, epochs || 1, 'spec.network.epochs') };
}
