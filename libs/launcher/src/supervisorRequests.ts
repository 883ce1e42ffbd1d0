import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import type { ServiceState } from './childService.js';
import { LaunchError } from './servicePrograms.js';
import type { SupervisorAddress } from './stateFile.js';

export type SupervisorRequest = 'status' | 'stop';

/** What the supervisor tells of itself. */
export interface SupervisorStatus {
  readonly store: string;
  readonly services: readonly ServiceState[];
}

/** Takes requests of later commands on a free loopback port; those without the token get no answer. */
export async function listenForRequests(
  token: string,
  answer: (request: SupervisorRequest) => Promise<SupervisorStatus>,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.setTimeout(10_000, () => socket.destroy());
    void reply(socket, token, answer).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return { server, port: address.port };
}

async function reply(
  socket: Socket,
  token: string,
  answer: (request: SupervisorRequest) => Promise<SupervisorStatus>,
): Promise<void> {
  const [given, request] = (await received(socket)).split(' ');
  if (given !== token || (request !== 'status' && request !== 'stop')) {
    socket.destroy();
    return;
  }
  socket.setTimeout(0);
  socket.end(JSON.stringify(await answer(request)));
}

/** How long a supervisor is waited for that was held up, or stops services on a busy machine. */
const ANSWER_MS = 120_000;

/**
 * Asks a supervisor; undefined where none answers at the address, as after a crash, or another process has its port now.
 * @throws LaunchError where its process lives and does not answer.
 */
export async function askSupervisor(
  { pid, port, token }: SupervisorAddress,
  request: SupervisorRequest,
): Promise<SupervisorStatus | undefined> {
  const socket = connect(port, '127.0.0.1');
  const waited = { tooLong: false };
  socket.setTimeout(ANSWER_MS, () => {
    waited.tooLong = true;
    socket.destroy();
  });
  try {
    await once(socket, 'connect');
    socket.end(`${token} ${request}`);
    // Only our own supervisor knows the token.
    return JSON.parse(await received(socket)) as SupervisorStatus;
  } catch {
    if (waited.tooLong && isProcess(pid)) {
      throw new LaunchError(
        `The supervisor of the services (process ${pid}) lives and has not answered for ${ANSWER_MS / 1000} s. ` +
          'Wait until the machine is less busy, or end it and start anew with "oblique up".',
      );
    }
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** All that the other side sends; unlike stream consumers it leaves the socket open for an answer. */
async function received(socket: Socket): Promise<string> {
  const chunks: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false });
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
