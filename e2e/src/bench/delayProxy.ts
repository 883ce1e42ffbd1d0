import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A stand-in for a distant network: a TCP proxy on loopback that passes bytes on after a while, each way. */
export interface DelayProxy {
  /** `127.0.0.1:port` */
  readonly endpoint: string;
  close(): void;
}

/** Starts a proxy to `host:port`. It holds back time, not bandwidth: what arrives together leaves together. */
export async function startDelayProxy(target: string, delayMs: number): Promise<DelayProxy> {
  const colon = target.lastIndexOf(':');
  const [host, port] = [target.slice(0, colon), Number(target.slice(colon + 1))];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        setTimeout(() => to.destroy(), delayMs);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return {
    endpoint: `127.0.0.1:${address.port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
