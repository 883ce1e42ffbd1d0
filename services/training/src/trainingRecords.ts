import { RecordCorruptError, type ArtifactStore, type Json } from '@oblique/artifacts';
import { trainingV1, type artifactV1 } from '@oblique/contracts';
import { isGone, recordOwnerSchema, type RecordOwner } from '@oblique/service';
import { z } from 'zod';
import { resumePointSchema, type ResumePoint } from './resumePoint.js';
import { hasEnded, trainingFromJson, trainingJson, TrainingState, type Training } from './trainingMessage.js';

type BrokenEntry = artifactV1.BrokenEntry;

const COLLECTION = 'trainings';

const recordSchema = z.object({
  training: z.json(),
  resumePoint: resumePointSchema.nullable(),
  basis: z.string(),
  owner: recordOwnerSchema,
  saved: z.iso.datetime(),
});

/** A training as it is written down. */
export interface SavedTraining {
  readonly training: Training;
  readonly resumePoint: ResumePoint | undefined;
  /** Hash of all but the data that must be the same for it to go on to the same bits. */
  readonly basis: string;
}

/** A training as the store has it. */
export interface StoredTraining extends SavedTraining {
  /** The process that ran it died before its end. */
  readonly orphaned: boolean;
}

/** The trainings in the store, as records `trainings/<id>`. */
export class TrainingRecords {
  constructor(
    private readonly store: ArtifactStore,
    private readonly self: RecordOwner,
  ) {}

  /** Writes the training down as ours. */
  async save({ training, resumePoint, basis }: SavedTraining): Promise<void> {
    const record: Json = {
      training: trainingJson(training),
      resumePoint: resumePoint ?? null,
      basis,
      owner: { ...this.self },
      saved: new Date().toISOString(),
    };
    await this.store.putRecord(COLLECTION, training.id, record);
  }

  /** The training of this id; undefined where there is none. */
  async find(id: string): Promise<StoredTraining | undefined> {
    const record = /^[0-9a-f]{64}$/.test(id) ? await this.store.getRecord(COLLECTION, id) : undefined;
    return record === undefined ? undefined : this.#read(id, record);
  }

  /** All trainings, newest first, and the records of which none can be made. */
  async list(): Promise<{ readonly stored: StoredTraining[]; readonly broken: BrokenEntry[] }> {
    const stored: StoredTraining[] = [];
    const broken: BrokenEntry[] = [];
    for await (const record of this.store.listRecords(COLLECTION)) {
      try {
        if (record.value === undefined) throw record.broken;
        stored.push(this.#read(record.key, record.value));
      } catch (error) {
        broken.push({ name: record.key, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    stored.sort(
      ({ training: a }, { training: b }) =>
        b.startedAt.localeCompare(a.startedAt) || b.id.localeCompare(a.id),
    );
    return { stored, broken };
  }

  /** @throws RecordCorruptError where the record is of no training */
  #read(id: string, json: Json): StoredTraining {
    const record = recordSchema.safeParse(json);
    const training = record.success ? readTraining(record.data.training) : undefined;
    if (!record.success || training?.id !== id)
      throw new RecordCorruptError(COLLECTION, id, this.store.location, { cause: record.error });
    const { owner, saved, resumePoint, basis } = record.data;
    const orphaned = !hasEnded(training) && isGone(owner, new Date(saved), this.self);
    return {
      training: orphaned ? interrupted(training) : training,
      resumePoint: resumePoint ?? undefined,
      basis,
      orphaned,
    };
  }
}

/** Undefined where it is none that could be sent. */
function readTraining(json: Json): Training | undefined {
  try {
    const training = trainingFromJson(json);
    trainingV1.Training.encode(training);
    return training;
  } catch {
    return undefined;
  }
}

/** The training as it stands after its process died. */
export function interrupted(training: Training): Training {
  return {
    ...training,
    state: TrainingState.TRAINING_STATE_CANCELLED,
    failure:
      'The training service stopped while this went on; start it again to go on from its last checkpoint.',
  };
}
