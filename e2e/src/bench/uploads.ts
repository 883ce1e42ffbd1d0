import { artifactV1 } from '@oblique/contracts';
import { startServices } from '@oblique/launcher';
import { createClient, uploadArtifact } from '@oblique/service';
import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { startDelayProxy } from './delayProxy.js';
import { timed, type Contender } from './interleaved.js';

const UPLOAD_BYTES = 32 * 1024 * 1024;
/** Each way: as from one country of a continent to another. */
const DELAY_MS = 20;

/** An artifact of 32 MiB sent to a service through a network that takes 20 ms each way, and through one of no delay. */
export async function uploads(folder: string): Promise<{
  readonly distant: Contender;
  readonly near: Contender;
  close(): Promise<void>;
}> {
  const services = await startServices({
    store: join(folder, 'uploads'),
    home: join(folder, 'uploads-home'),
    names: ['stimulus'],
  });
  const target = services.endpoint('stimulus');
  const proxies = await Promise.all([DELAY_MS, 0].map((delayMs) => startDelayProxy(target, delayMs)));
  const clients = proxies.map(({ endpoint }) => createClient(artifactV1.ArtifactServiceService, endpoint));
  const [distant, near] = clients.map((client, index) => ({
    name: `upload of ${UPLOAD_BYTES / 2 ** 20} MiB, ${index === 0 ? DELAY_MS : 0} ms each way`,
    go: () => {
      // Other bytes every time: what the store has it does not write again.
      const bytes = randomFillSync(new Uint8Array(UPLOAD_BYTES));
      const provenance = { step: 'bench.upload', version: '1', parameters: {}, inputs: [] };
      return timed(() => uploadArtifact(client, 'bench.bin', bytes, provenance));
    },
  }));
  if (distant === undefined || near === undefined) throw new Error('A contender is missing.');
  return {
    distant,
    near,
    async close() {
      for (const client of clients) client.close();
      for (const proxy of proxies) proxy.close();
      await services.stop();
    },
  };
}
