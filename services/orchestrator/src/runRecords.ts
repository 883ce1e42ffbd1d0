import { RecordCorruptError, type ArtifactStore, type Json } from '@oblique/artifacts';
import { orchestratorV1, type artifactV1 } from '@oblique/contracts';
import { isGone, recordOwnerSchema, type RecordOwner } from '@oblique/service';
import { z } from 'zod';
import { hasEnded, runFromJson, runJson, State, type Run } from './runMessage.js';

type BrokenEntry = artifactV1.BrokenEntry;

const COLLECTION = 'runs';

/** Which run a request has started, as `run-requests/<request id>`. */
const REQUESTS = 'run-requests';

const requestSchema = z.object({ run: z.string() });
const recordSchema = z.object({ run: z.json(), owner: recordOwnerSchema, saved: z.iso.datetime() });

/** A run as the store has it. */
interface StoredRun {
  readonly run: Run;
  /** Its process ended while it went on. */
  readonly orphaned: boolean;
}

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
    return record === undefined ? undefined : this.#read(id, record).run;
  }

  /** The id of the run that this request has started before; where it has started none, it is `id` from now on. */
  async idOfRequest(requestId: string, id: string): Promise<string> {
    if (await this.store.createRecord(REQUESTS, requestId, { run: id })) return id;
    const known = requestSchema.safeParse(await this.store.getRecord(REQUESTS, requestId));
    return known.success && isRunId(known.data.run) ? known.data.run : id;
  }

  /**
   * All runs, newest first; those among them whose process ended while they went on, and which nobody has written down as
   * interrupted yet; and the records of which no run can be made.
   */
  async list(): Promise<{
    readonly runs: Run[];
    readonly orphans: Run[];
    readonly broken: BrokenEntry[];
  }> {
    const stored: StoredRun[] = [];
    const broken: BrokenEntry[] = [];
    for await (const record of this.store.listRecords(COLLECTION)) {
      try {
        if (record.value === undefined) throw record.broken;
        stored.push(this.#read(record.key, record.value));
      } catch (error) {
        broken.push({ name: record.key, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    const created = ({ run }: StoredRun): number => run.created?.getTime() ?? 0;
    stored.sort((a, b) => created(b) - created(a) || b.run.id.localeCompare(a.run.id));
    return {
      runs: stored.map(({ run }) => run),
      orphans: stored.filter(({ orphaned }) => orphaned).map(({ run }) => run),
      broken,
    };
  }

  /** @throws RecordCorruptError where the record is of no run */
  #read(id: string, json: Json): StoredRun {
    const record = recordSchema.safeParse(json);
    const run = record.success ? readRun(record.data.run) : undefined;
    if (!record.success || run?.id !== id)
      throw new RecordCorruptError(COLLECTION, id, this.store.location, { cause: record.error });
    const { owner, saved } = record.data;
    const orphaned = !hasEnded(run) && isGone(owner, new Date(saved), this.self);
    return { run: orphaned ? interrupted(run) : run, orphaned };
  }
}

/** Undefined where it is none that could be sent. */
function readRun(json: Json): Run | undefined {
  try {
    const run = runFromJson(json);
    orchestratorV1.Run.encode(run);
    return run;
  } catch {
    return undefined;
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
