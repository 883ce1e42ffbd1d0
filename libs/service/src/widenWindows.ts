import type { Server } from '@grpc/grpc-js';
import type { Http2Server, ServerHttp2Session } from 'node:http2';

/**
 * Lets clients send this many bytes ahead of what was read, a stream and a connection. grpc-js has an option for it in
 * its client but none in its server, whose HTTP/2 servers are therefore told themselves: HTTP/2's own 64 KiB allow no
 * more than 64 KiB a round trip. To be called after the last `bindAsync`.
 * @throws TypeError where grpc-js keeps its HTTP/2 servers elsewhere, as another version may.
 */
export function widenWindows(server: Server, windowBytes: number): void {
  for (const http2Server of http2ServersOf(server)) {
    http2Server.updateSettings({ initialWindowSize: windowBytes });
    http2Server.on('session', (session: ServerHttp2Session) => {
      session.setLocalWindowSize(windowBytes);
    });
  }
}

function http2ServersOf(server: Server): Http2Server[] {
  const servers: unknown = Reflect.get(server, 'http2Servers');
  const found = servers instanceof Map ? [...servers.keys()].filter(isHttp2Server) : [];
  if (found.length === 0) throw new TypeError('This version of grpc-js does not show its HTTP/2 servers.');
  return found;
}

function isHttp2Server(value: unknown): value is Http2Server {
  return typeof value === 'object' && value !== null && 'updateSettings' in value && 'on' in value;
}
