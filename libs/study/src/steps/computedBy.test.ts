import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@oblique/artifacts';
import { defineService, startService } from '@oblique/service';
import { WorkflowEngine, type Step } from '@oblique/workflow';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectServices } from '../services.js';
import { computedBy } from './computedBy.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'computed-by-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a measuring step over a serving service of this version and executor; whether it was computed. */
async function measures(version: string, executor: string): Promise<boolean> {
  const definition = defineService({
    name: 'serving',
    description: 'Says what it computes with.',
    defaultPort: 0,
    version,
    register: ({ computesWith }) => {
      computesWith(executor);
      return Promise.resolve([]);
    },
  });
  const service = await startService(definition, ['--store', folder, '--log-level', 'silent']);
  const nowhere = '127.0.0.1:1';
  const services = connectServices({
    serving: service.endpoint,
    stimulus: nowhere,
    statistics: nowhere,
    training: nowhere,
  });
  let computed = false;
  const step: Step = {
    id: 'measure',
    description: 'measuring',
    step: 'serving.measure-sensitivity',
    version: '1',
    parameters: { size: 32 },
    needs: [],
    run: () => {
      computed = true;
      return Promise.resolve({ results: [], value: version });
    },
  };
  try {
    const engine = new WorkflowEngine({ store: await openStore(folder) });
    const { status } = await engine.run([computedBy(services, step)]);
    expect(status.state).toBe('succeeded');
    return computed;
  } finally {
    services.close();
    await service.close();
  }
}

it('measures again with another executor or another version of the service, and not otherwise', async () => {
  expect(await measures('1', 'onnxruntime 1.27.0')).toBe(true);
  expect(await measures('1', 'onnxruntime 1.27.0')).toBe(false);
  expect(await measures('1', 'onnxruntime 1.28.0')).toBe(true);
  expect(await measures('2', 'onnxruntime 1.27.0')).toBe(true);
});
