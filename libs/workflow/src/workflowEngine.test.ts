import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type ArtifactStore, type Json } from '@oblique/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countedStep } from './testing/countedSteps.js';
import type { RunStatus } from './runStatus.js';
import type { Step } from './step.js';
import { MissingResultError, WorkflowEngine } from './workflowEngine.js';

let folder: string;
let store: ArtifactStore;
let computed: string[];
const count = (id: string): void => void computed.push(id);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-'));
  store = await openStore(folder);
  computed = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A promise that the test settles. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(new Error('aborted'));
      },
      { once: true },
    );
  });
}

const stateOf = (status: RunStatus, id: string): string | undefined =>
  status.steps.find((step) => step.id === id)?.state;

describe('a finished step', () => {
  it('is not computed again, by this engine or another', async () => {
    const steps = [countedStep('last', ['first'], count), countedStep('first', [], count)];
    const first = await new WorkflowEngine({ store }).run(steps);
    const again = await new WorkflowEngine({ store: await openStore(folder) }).run(steps);
    expect(computed).toEqual(['first', 'last']);
    expect(again.status.state).toBe('succeeded');
    expect(again.status.steps.map(({ cached }) => cached)).toEqual([true, true]);
    expect(again.results).toEqual(first.results);
  });

  it('is found under another id and description, and not with other parameters or another version', async () => {
    const engine = new WorkflowEngine({ store });
    const step = countedStep('one', [], count, { x: 1 });
    await engine.run([step]);
    await engine.run([{ ...step, id: 'two', description: 'other', cost: 7 }]);
    expect(computed).toEqual(['one']);
    await engine.run([{ ...step, version: '2' }]);
    await engine.run([countedStep('one', [], count, { x: 2 })]);
    expect(computed).toEqual(['one', 'one', 'one']);
  });

  it('is not taken from another revision of what computes it, nor kept where that changed meanwhile', async () => {
    const engine = new WorkflowEngine({ store });
    let revision = 'onnxruntime 1';
    const step = { ...countedStep('one', [], count), revision: async () => revision };
    await engine.run([step]);
    revision = 'onnxruntime 2';
    await engine.run([step]);
    await engine.run([step]);
    expect(computed).toEqual(['one', 'one']);

    const replaced: Step = {
      ...step,
      parameters: { x: 3 },
      run: async (context) => {
        revision = 'onnxruntime 3';
        return step.run(context);
      },
    };
    expect((await engine.run([replaced])).status.state).toBe('succeeded');
    revision = 'onnxruntime 2';
    await engine.run([replaced]);
    expect(computed).toHaveLength(4);
  });

  it('is computed again when one of its artifacts is gone', async () => {
    const engine = new WorkflowEngine({ store });
    const step = countedStep('one', [], count);
    const { results } = await engine.run([step]);
    const hex = results.get('one')?.results[0]?.digest.slice('sha256:'.length) ?? 'none';
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const parts = files.filter(
      (file) => file.isFile() && join(file.parentPath, file.name).replaceAll('/', '').includes(hex.slice(4)),
    );
    expect(parts.length).toBeGreaterThan(0);
    for (const file of parts) await rm(join(file.parentPath, file.name));
    const again = await engine.run([step]);
    expect(computed).toEqual(['one', 'one']);
    expect(again.results).toEqual(results);
  });

  it('takes its parameters from what came before', async () => {
    const steps = [
      countedStep('first', [], count),
      {
        ...countedStep('second', ['first'], count),
        parameters: (needed) => ({ length: needed.value('first', (value) => value) }),
      } satisfies Step,
    ];
    const { results } = await new WorkflowEngine({ store }).run(steps);
    const text = new TextDecoder().decode(
      await store.get(results.get('second')?.results[0]?.digest ?? 'sha256:'),
    );
    expect(text).toBe('{"text":"first"}\n{"length":{"length":16}}');
  });
});

describe('a volatile step', () => {
  it('is asked anew, and decides by its answer what is computed after it', async () => {
    let answer: Json = 'old';
    const question: Step = {
      ...countedStep('question', [], count),
      volatile: true,
      run: () => Promise.resolve({ results: [], value: answer }),
    };
    const reader: Step = {
      ...countedStep('reader', ['question'], count),
      run: ({ needed }) => {
        count(`reader of ${needed.value('question', String)}`);
        return Promise.resolve({ results: [] });
      },
    };
    const engine = new WorkflowEngine({ store });
    await engine.run([question, reader]);
    await engine.run([question, reader]);
    answer = 'new';
    await engine.run([question, reader]);
    expect(computed).toEqual(['reader of old', 'reader of new']);
  });
});

describe('steps that may run at the same time', () => {
  it('run no more at once than allowed, over all runs', async () => {
    let running = 0;
    let peak = 0;
    const busy = async (): Promise<void> => {
      peak = Math.max(peak, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    };
    const engine = new WorkflowEngine({ store, concurrency: 3 });
    const steps = (run: string): Step[] =>
      Array.from({ length: 8 }, (_, i) => countedStep(`${run}${i}`, [], busy));
    await Promise.all([engine.run(steps('x')), engine.run(steps('y'))]);
    expect(peak).toBe(3);
  });

  it('are computed once for two runs, and go on when one of them is cancelled', async () => {
    const { opened, open } = gate();
    const begun = gate();
    const shared = countedStep('shared', [], async (id) => {
      count(id);
      begun.open();
      await opened;
    });
    const engine = new WorkflowEngine({ store });
    const cancel = new AbortController();
    const first = engine.run([shared], { signal: cancel.signal });
    await begun.opened;
    const second = engine.run([{ ...shared, id: 'same' }, countedStep('after', ['same'], count)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel.abort();
    expect((await first).status.state).toBe('cancelled');
    open();
    expect((await second).status.state).toBe('succeeded');
    expect(computed).toEqual(['shared', 'after']);
  });

  it('stop when all runs that wait for them are cancelled, and can be run again', async () => {
    const begun = gate();
    let stopped = 0;
    let block = true;
    const step = countedStep('long', [], async (id, { signal }) => {
      count(id);
      begun.open();
      if (block) await untilAborted(signal).finally(() => (stopped += 1));
    });
    const engine = new WorkflowEngine({ store });
    const [one, two] = [new AbortController(), new AbortController()];
    const runs = [engine.run([step], { signal: one.signal }), engine.run([step], { signal: two.signal })];
    await begun.opened;
    one.abort();
    await runs[0];
    expect(stopped).toBe(0);
    two.abort();
    await runs[1];
    expect(stopped).toBe(1);
    block = false;
    expect((await engine.run([step])).status.state).toBe('succeeded');
    expect(computed).toEqual(['long', 'long']);
  });
});

describe('a failing step', () => {
  it('fails its run with its error, starts nothing more, and lets its siblings finish', async () => {
    const sibling = gate();
    const failed = gate();
    const steps = (fails: boolean): Step[] => [
      countedStep('slow', [], async (id) => {
        sibling.open();
        if (fails) await failed.opened;
        count(id);
      }),
      countedStep('bad', [], async (id) => {
        await sibling.opened;
        if (fails) throw new Error('no such layer "conv9"');
        count(id);
      }),
      countedStep('queued', [], count),
      countedStep('after', ['slow'], count),
    ];
    const engine = new WorkflowEngine({ store, concurrency: 2 });
    const outcome = await engine.run(steps(true), {
      onChange: (status) => {
        if (stateOf(status, 'bad') === 'failed') failed.open();
      },
    });
    expect(outcome.status.state).toBe('failed');
    expect(outcome.status.error).toBe('Step "bad" failed: no such layer "conv9"');
    expect(outcome.failure?.stepId).toBe('bad');
    expect(outcome.status.steps.map(({ state }) => state)).toEqual([
      'succeeded',
      'failed',
      'pending',
      'pending',
    ]);
    expect(computed).toEqual(['slow']);

    const resumed = await engine.run(steps(false));
    expect(resumed.status.state).toBe('succeeded');
    expect(computed).toEqual(['slow', 'bad', 'queued', 'after']);
  });

  it('is one that names an artifact which the store does not hold', async () => {
    const step: Step = {
      ...countedStep('stray', [], count),
      run: () =>
        Promise.resolve({ results: [{ digest: `sha256:${'0'.repeat(64)}`, kind: 'text', sizeBytes: 1 }] }),
    };
    const { failure } = await new WorkflowEngine({ store }).run([step]);
    expect(failure?.error).toBeInstanceOf(MissingResultError);
  });

  it('is one that reads a step which it does not need', async () => {
    const steps = [
      countedStep('a', [], count),
      {
        ...countedStep('b', [], count),
        parameters: (needed) => needed.value('a', (value) => value),
      } satisfies Step,
    ];
    const { status } = await new WorkflowEngine({ store }).run(steps);
    expect(status.error).toMatch(/reads step "a", which it does not need/);
  });
});

describe('a cancelled run', () => {
  it('aborts what computes, keeps what has finished, and is resumed', async () => {
    const cancel = new AbortController();
    let block = true;
    const steps = [
      countedStep('done', [], count),
      countedStep('long', ['done'], async (id, { signal }) => {
        if (block) {
          setTimeout(() => {
            cancel.abort();
          }, 1);
          await untilAborted(signal);
        }
        count(id);
      }),
      countedStep('after', ['long'], count),
    ];
    const engine = new WorkflowEngine({ store });
    const { status, failure } = await engine.run(steps, { signal: cancel.signal });
    expect(status.state).toBe('cancelled');
    expect(failure).toBeUndefined();
    expect(status.steps.map(({ state }) => state)).toEqual(['succeeded', 'cancelled', 'pending']);
    block = false;
    expect((await engine.run(steps)).status.state).toBe('succeeded');
    expect(computed).toEqual(['done', 'long', 'after']);
  });
});

describe('progress', () => {
  it('counts a step in its own unit, and the run in steps', async () => {
    const step = countedStep('measure', [], (_, { progress }) => {
      for (const done of [0, 40, 80]) progress({ done, total: 80, unit: 'stimuli', ratePerSecond: 20 });
    });
    const seen: RunStatus[] = [];
    await new WorkflowEngine({ store }).run([step, countedStep('after', ['measure'], count)], {
      onChange: (status) => seen.push(status),
    });
    const halfway = seen.find(({ steps }) => steps[0]?.progress?.done === 40);
    expect(halfway?.steps[0]?.progress).toEqual({
      stage: 'writes measure',
      done: 40,
      total: 80,
      unit: 'stimuli',
      ratePerSecond: 20,
      secondsLeft: 2,
    });
    expect(halfway?.progress).toMatchObject({ done: 0, total: 2, unit: 'steps' });
    expect(seen.at(-1)).toMatchObject({
      state: 'succeeded',
      progress: { done: 2, total: 2, secondsLeft: 0 },
    });
  });
});

describe('what is no graph', () => {
  const engine = (): WorkflowEngine => new WorkflowEngine({ store });
  it.each<[string, Step[], RegExp]>([
    [
      'a repeated id',
      [countedStep('a', [], count), countedStep('a', [], count)],
      /Two steps have the id "a"/,
    ],
    ['a missing need', [countedStep('a', ['b'], count)], /"a" needs steps that do not exist: b/],
    [
      'a circle',
      [countedStep('a', ['b'], count), countedStep('b', ['a'], count), countedStep('c', [], count)],
      /wait for one another: a, b\./,
    ],
  ])('%s is refused', async (_, steps, message) => {
    await expect(engine().run(steps)).rejects.toThrow(message);
  });
});
