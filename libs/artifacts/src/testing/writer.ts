/**
 * A process that writes into a store, for tests that kill it or race it:
 * `node writer.js LOCATION endless` puts an artifact that never ends, saying "writing" once much of it is written;
 * `node writer.js LOCATION create COUNT NAME` creates COUNT records and prints which of them it was first to create.
 */
import { openStore } from '../index.js';

const [, , location = '', task, count = '0', name = ''] = process.argv;
const store = await openStore(location);

if (task === 'endless') {
  await store.put('endless', endless(), { step: 'endless', version: '1', parameters: {}, inputs: [] });
} else {
  const first: number[] = [];
  for (let index = 0; index < Number(count); index++) {
    if (await store.createRecord('race', `${index}`, name)) first.push(index);
  }
  console.log(JSON.stringify(first));
}

async function* endless(): AsyncIterable<Uint8Array> {
  for (let written = 0; ; written++) {
    yield Buffer.alloc(1 << 16, written);
    if (written === 64) console.log('writing');
    if (written > 64) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
