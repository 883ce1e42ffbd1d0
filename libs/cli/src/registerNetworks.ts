import { ServiceError } from '@oblique/service';
import { addModelFile, isModelFile, modelNameOf } from './addModelFile.js';
import type { Connection } from './connection.js';
import type { Terminal } from './terminal.js';

/** Adds the files among `networks` as models, and returns the networks by the names that the services know. */
export async function registerNetworks(
  connection: Connection,
  networks: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<string[]> {
  const names: string[] = [];
  for (const network of networks.map((text) => text.trim()).filter((text) => text !== '')) {
    if (!isModelFile(network)) {
      names.push(network);
      continue;
    }
    const name = modelNameOf(network);
    try {
      await addModelFile(connection, network, { name, signal });
      names.push(name);
    } catch (error) {
      const refused = ServiceError.from(error);
      if (refused.reason !== 'MODEL_EXISTS') throw refused;
      // Another file had that name before: this one gets a name of its own rather than taking it.
      const model = await addModelFile(connection, network, { name: '', signal });
      const digest = model.artifact?.digest ?? '';
      const own = `${name}~${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`;
      terminal.note(`${name} is another model already; ${network} is called ${own} here.`);
      await addModelFile(connection, network, { name: own, signal });
      names.push(own);
    }
  }
  return names;
}
