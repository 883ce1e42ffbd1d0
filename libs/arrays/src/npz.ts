import { crc32 } from 'node:zlib';
import { strFromU8, unzipSync, zipSync, type Zippable } from 'fflate';
import type { NdArray } from './ndarray.js';
import { MalformedArrayError, readNpy, writeNpy } from './npy.js';

const SUFFIX = '.npy';
/** A fixed date, the first that zip knows, so that equal arrays give equal bytes (and so equal digests). */
const MODIFIED = new Date(1980, 0, 1);
/** Deflate makes nothing smaller than this fraction; a member that claims more is no honest zip. */
const LARGEST_COMPRESSION = 1032;

/**
 * The arrays as an .npz file, not compressed, members in the given order: what `numpy.savez` writes. Equal arrays in
 * equal order give equal bytes.
 */
export function writeNpz(
  arrays: ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>,
): Uint8Array {
  const entries: Iterable<readonly [string, NdArray]> = isMap(arrays) ? arrays : Object.entries(arrays);
  const files: Zippable = {};
  for (const [name, array] of entries)
    files[name + SUFFIX] = [writeNpy(array), { level: 0, mtime: MODIFIED }];
  return zipSync(files);
}

/**
 * The arrays of an .npz file by name, in the order of its members.
 * @param name what to call the file in messages
 * @throws MalformedArrayError where the bytes are no zip, are cut short or damaged, or a member is no readable .npy
 */
export function readNpz(file: Uint8Array, name = 'the .npz file'): Map<string, NdArray> {
  const { members, checksums } = unzip(file, name);
  const arrays = new Map<string, NdArray>();
  for (const [member, bytes] of Object.entries(members)) {
    if (!member.endsWith(SUFFIX)) {
      throw new MalformedArrayError(`${name} has the member "${member}", which is no ${SUFFIX} file.`);
    }
    if (checksums.get(member) !== crc32(bytes)) {
      throw new MalformedArrayError(
        `${name} is damaged: the checksum of its member "${member}" does not agree.`,
      );
    }
    const array = member.slice(0, -SUFFIX.length);
    arrays.set(array, readNpy(bytes, `"${array}" in ${name}`));
  }
  return arrays;
}

function unzip(
  file: Uint8Array,
  name: string,
): { members: Record<string, Uint8Array>; checksums: Map<string, number> } {
  try {
    const members = unzipSync(file, {
      filter: (member) => {
        if (member.originalSize > member.size * LARGEST_COMPRESSION + LARGEST_COMPRESSION) {
          throw new Error(`"${member.name}" claims ${member.originalSize} bytes from ${member.size}`);
        }
        return true;
      },
    });
    return { members, checksums: readChecksums(file) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MalformedArrayError(`${name} is no readable zip archive: ${reason}.`, { cause: error });
  }
}

/** CRC-32 by member from the zip's central directory (APPNOTE 4.3.12, 4.3.16), which fflate reads but does not compare. */
function readChecksums(file: Uint8Array): Map<string, number> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let trailer = file.byteLength - 22;
  while (trailer > 0 && view.getUint32(trailer, true) !== 0x06054b50) trailer--;
  const count = view.getUint16(trailer + 10, true);
  let position = view.getUint32(trailer + 16, true);
  if (position === 0xffffffff || count === 0xffff) {
    throw new Error('it is a zip64 archive (over 4 GiB or 65535 members), which is not supported');
  }
  const checksums = new Map<string, number>();
  for (let member = 0; member < count; member++) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) =>
      view.getUint16(position + at, true),
    );
    const start = position + 46;
    const latin1 = (view.getUint16(position + 8, true) & 0x800) === 0;
    const memberName = strFromU8(file.subarray(start, start + (nameLength ?? 0)), latin1);
    checksums.set(memberName, view.getUint32(position + 16, true));
    position = start + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return checksums;
}

/** `instanceof Map` that also narrows the read-only type. */
function isMap(
  arrays: ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>,
): arrays is ReadonlyMap<string, NdArray> {
  return arrays instanceof Map;
}
