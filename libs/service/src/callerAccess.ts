import { BlockList, isIP } from 'node:net';

/** What a caller on another machine may have read: see libs/datasets' DataAccess, which it is given as. */
export interface CallerAccess {
  readonly roots: readonly string[];
  readonly hosts: readonly string[];
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whether the other end of a call is on this machine, as gRPC names it: "127.0.0.1:54321", "[::1]:54321", or a socket of
 * the file system.
 */
export function isLocalPeer(peer: string): boolean {
  if (peer.startsWith('unix:')) return true;
  const host = /^(.*):\d+$/u.exec(peer)?.[1]?.replace(/^\[(.*)\]$/u, '$1') ?? '';
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(host)?.[1] ?? host;
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** The entries of a list that is given as one option, by commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((entry) => entry.trim() || []);
}
