import type { ArtifactStore, Json } from '@oblique/artifacts';
import { isGone, recordOwnerSchema, type RecordOwner } from '@oblique/service';
import { z } from 'zod';
import { hasEnded, runFromJson, runJson, State, type Run } from './runMessage.js';

const COLLECTION = 'runs';

const recordSchema = z.object({ run: z.json(), owner: recordOwnerSchema, saved: z.iso.datetime() });

/** The runs in the store, as records `runs/<id>`. */
export class RunRecords {
  constructor(
    private readonly store: ArtifactStore,
    private readonly self: RecordOwner,
  ) {}

  /** Writes the run down as ours. */
  async save(run: Run): Promise<void> {
    const record: Json = { run: runJson(run), owner: { ...this.self }, saved: new Date().toISOString() };
    await this.store.putRecord(COLLECTION, run.id, record);
  }

  /** The run of this id; one whose process died while it ran is INTERRUPTED. Undefined where there is none. */
  async find(id: string): Promise<Run | undefined> {
    const record = isRunId(id) ? await this.store.getRecord(COLLECTION, id) : undefined;
    return record === undefined ? undefined : this.#read(record);
  }

  /** All runs, newest first. */
  async list(): Promise<Run[]> {
    const runs: Run[] = [];
    for await (const { value } of this.store.listRecords(COLLECTION)) {
      const run = this.#read(value);
      if (run !== undefined) runs.push(run);
    }
    const created = (run: Run): number => run.created?.getTime() ?? 0;
    return runs.sort((a, b) => created(b) - created(a) || b.id.localeCompare(a.id));
  }

  #read(json: Json): Run | undefined {
    const record = recordSchema.safeParse(json);
    if (!record.success) return undefined;
    const { owner, saved } = record.data;
    const run = runFromJson(record.data.run);
    return !hasEnded(run) && isGone(owner, new Date(saved), this.self) ? interrupted(run) : run;
  }
}

/** The run as it stands after its process died. */
export function interrupted(run: Run): Run {
  return {
    ...run,
    state: State.STATE_INTERRUPTED,
    error:
      'The orchestrator stopped while this run was going on; resume it to go on from its finished steps.',
    steps: run.steps.map((step) =>
      step.state === State.STATE_RUNNING ? { ...step, state: State.STATE_INTERRUPTED } : step,
    ),
  };
}

/** A new id, which sorts by time: "20260131-235959-1f2e3d4c". */
export function newRunId(created: Date, random: string): string {
  const [date, time] = created.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${date ?? ''}-${time ?? ''}-${random}`;
}

/** Ids come from clients; anything else cannot be a record's key. */
function isRunId(id: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{8}$/.test(id);
}
