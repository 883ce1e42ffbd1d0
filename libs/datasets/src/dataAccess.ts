import { realpath } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { resolve, sep } from 'node:path';
import { nameText } from './fileNames.js';
import { diskPath, type StoredFile } from './storedFile.js';

/** What images may be read for somebody who is not at this machine. */
export interface DataAccess {
  /** Folders, and s3:// locations, inside which images must lie; links are followed before that is judged. */
  readonly roots: readonly string[];
  /**
   * Hosts from which files may be fetched: a name, "*.example.org", or "*" for any that is public. An address of a
   * private network is refused unless it is listed itself, e.g. "10.0.0.7" or "10.0.0.0/24".
   */
  readonly hosts: readonly string[];
}

/** Somebody may not have read what was asked for. */
export class AccessRefusedError extends Error {
  override readonly name = 'AccessRefusedError';
}

/**
 * Checks that a file or folder lies inside the roots; undefined access: it may lie anywhere.
 * @throws AccessRefusedError, which does not tell whether there is anything at the path
 */
export async function checkPath(access: DataAccess | undefined, path: string | Uint8Array): Promise<void> {
  if (access === undefined) return;
  const real = await realpath(diskPath(path)).catch(() => undefined);
  for (const root of access.roots) {
    if (root.includes('://') || real === undefined) continue;
    const folder = await realpath(root).catch(() => undefined);
    if (
      folder !== undefined &&
      (real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    )
      return;
  }
  throw new AccessRefusedError(
    `${nameText(Buffer.from(path))} is not inside the folders that this service reads for callers on other machines; its owner lists them with --data-roots or OBLIQUE_DATA_ROOTS.`,
  );
}

/** Checks each file that was found in a folder, where links may lead out of the roots. @throws AccessRefusedError */
export async function checkFiles(
  access: DataAccess | undefined,
  files: readonly Pick<StoredFile, 'bytes'>[],
): Promise<void> {
  if (access === undefined) return;
  for (const { bytes } of files) if (bytes.kind !== 'object') await checkPath(access, bytes.path);
}

/**
 * Checks a location of images as a request names it.
 * @throws AccessRefusedError
 */
export async function checkLocation(access: DataAccess | undefined, location: string): Promise<void> {
  if (access === undefined) return;
  const address = location.replace(/(\.(?:tar|tar\.gz|tgz))#.*$/iu, '$1');
  if (/^s3:\/\//iu.test(address)) checkS3(access, address);
  else if (/^https?:\/\//iu.test(address) && URL.canParse(address)) checkHost(access, new URL(address));
  else await checkPath(access, resolve(/^file:\/\//iu.test(address) ? new URL(address).pathname : address));
}

/** Checks that a location in S3 is inside the roots. @throws AccessRefusedError */
export function checkS3(access: DataAccess | undefined, address: string): void {
  if (access === undefined) return;
  const location = address.replace(/\/+$/u, '').replace(/(?<!:)\/{2,}/gu, '/');
  const inside = access.roots.some(
    (root) =>
      /^s3:\/\//iu.test(root) && (location === root || location.startsWith(root.replace(/\/*$/u, '/'))),
  );
  if (inside) return;
  throw new AccessRefusedError(
    `${location} is not among the locations that this service reads for callers on other machines; its owner lists them with --data-roots or OBLIQUE_DATA_ROOTS, e.g. s3://photos.`,
  );
}

/** Checks that a web address is of a host that may be asked. @throws AccessRefusedError */
export function checkHost(access: DataAccess | undefined, { hostname, protocol }: URL): void {
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new AccessRefusedError(`A file is fetched over http or https, not ${protocol}`);
  if (access === undefined) return;
  const host = bare(hostname);
  if (isIP(host) !== 0) {
    checkAddress(access, host);
    if (access.hosts.some((pattern) => pattern === '*' || covers(pattern, host))) return;
  } else if (access.hosts.some((pattern) => matches(pattern, host))) return;
  throw new AccessRefusedError(
    `${hostname} is not among the hosts from which this service fetches files for callers on other machines; its owner lists them with --allowed-hosts or OBLIQUE_ALLOWED_HOSTS.`,
  );
}

/**
 * Checks an address that is about to be connected to, whatever name it goes by.
 * @throws AccessRefusedError where it is private and not listed
 */
export function checkAddress(access: DataAccess | undefined, address: string): void {
  if (access === undefined || isPublic(address)) return;
  if (access.hosts.some((pattern) => covers(pattern, address))) return;
  throw new AccessRefusedError(
    `${address} is an address of this machine or of a private network, from which nothing is fetched for callers on other machines unless it is listed itself.`,
  );
}

/** Whether the address is reached over the internet: not this machine's, a private, link-local or reserved one. */
export function isPublic(address: string): boolean {
  const plain = bare(address);
  return isIP(plain) !== 0 && !RESERVED.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}

/** IANA's special-purpose registries (RFC 6890 and what came after). */
const RESERVED = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  RESERVED.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  RESERVED.addSubnet(network, prefix, 'ipv6');

function matches(pattern: string, host: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), host.toLowerCase().replace(/\.$/u, '')];
  return wanted === '*' || wanted === given || (wanted.startsWith('*.') && given.endsWith(wanted.slice(1)));
}

/** Whether the pattern is this address, or a network that holds it. */
function covers(pattern: string, address: string): boolean {
  const [network = '', prefix] = pattern.split('/');
  const [base, plain] = [bare(network), bare(address)];
  const version = isIP(base);
  if (version === 0 || version !== isIP(plain)) return false;
  const listed = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) return false;
  listed.addSubnet(base, bits, family);
  return listed.check(plain, family);
}

/** Without the brackets of a URL; an IPv4 address inside an IPv6 one is itself. */
function bare(host: string): string {
  const plain = host.replace(/^\[(.*)\]$/u, '$1');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(plain)?.[1] ?? plain;
}
