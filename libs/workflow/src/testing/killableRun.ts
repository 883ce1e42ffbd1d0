/**
 * For tests: a process that runs six steps over the store in argv[2] and tells on standard output when each begins
 * ("begin x") and ends ("end x"), and the digest of the last ("done sha256:…").
 */
import { setTimeout } from 'node:timers/promises';
import { openStore } from '@oblique/artifacts';
import { countedStep } from './countedSteps.js';
import { WorkflowEngine } from '../workflowEngine.js';

const [, , location] = process.argv;
if (location === undefined) throw new Error('Usage: killableRun STORE');

const tell = (line: string): boolean => process.stdout.write(`${line}\n`);
const compute = async (id: string): Promise<void> => {
  tell(`begin ${id}`);
  await setTimeout(5);
};
const steps = [
  countedStep('a', [], compute),
  countedStep('b', [], compute),
  countedStep('ab', ['a', 'b'], compute),
  countedStep('c', ['a'], compute),
  countedStep('abc', ['ab', 'c'], compute),
  countedStep('all', ['a', 'b', 'abc'], compute),
];
const engine = new WorkflowEngine({ store: await openStore(location), concurrency: 1 });
const ended = new Set<string>();
const outcome = await engine.run(steps, {
  onChange: ({ steps: statuses }) => {
    for (const { id, state, cached } of statuses) {
      if (state !== 'succeeded' || ended.has(id)) continue;
      ended.add(id);
      tell(cached ? `found ${id}` : `end ${id}`);
    }
  },
});
tell(`done ${outcome.results.get('all')?.results[0]?.digest ?? outcome.status.error ?? 'nothing'}`);
