import type { ArtifactStore, Json } from '@oblique/artifacts';
import { isGone, recordOwnerSchema, type RecordOwner } from '@oblique/service';
import { z } from 'zod';
import { resumePointSchema, type ResumePoint } from './resumePoint.js';
import { hasEnded, trainingFromJson, trainingJson, TrainingState, type Training } from './trainingMessage.js';

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
    return record === undefined ? undefined : this.#read(record);
  }

  /** All trainings, newest first. */
  async list(): Promise<StoredTraining[]> {
    const found: StoredTraining[] = [];
    for await (const { value } of this.store.listRecords(COLLECTION)) {
      const stored = this.#read(value);
      if (stored !== undefined) found.push(stored);
    }
    return found.sort(
      ({ training: a }, { training: b }) =>
        b.startedAt.localeCompare(a.startedAt) || b.id.localeCompare(a.id),
    );
  }

  #read(json: Json): StoredTraining | undefined {
    const record = recordSchema.safeParse(json);
    if (!record.success) return undefined;
    const { owner, saved, resumePoint, basis } = record.data;
    const training = trainingFromJson(record.data.training);
    const orphaned = !hasEnded(training) && isGone(owner, new Date(saved), this.self);
    return {
      training: orphaned ? interrupted(training) : training,
      resumePoint: resumePoint ?? undefined,
      basis,
      orphaned,
    };
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
