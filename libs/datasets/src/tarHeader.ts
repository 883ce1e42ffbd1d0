export const TAR_BLOCK_BYTES = 512;

/** What one header block of a tar archive says. */
export interface TarHeader {
  /** Its letter: "0" a file, "1" a hard link, "2" a symbolic link, …; files of old archives have "0" too. */
  readonly type: string;
  readonly name: Buffer;
  readonly linkName: Buffer;
  /** NaN where the field is no number, or negative. */
  readonly sizeBytes: number;
}

/**
 * Reads a header block; undefined where its checksum is wrong. Names stay bytes, and fields that say nothing about
 * where images lie are not looked at.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; numbers of base 256 are GNU's.
 */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (numberAt(block, 148, 8) !== checksum(block)) return undefined;
  const name = textAt(block, 0, 100);
  const letter = String.fromCharCode(block[156] ?? 0);
  const folder = name.at(-1) === SLASH;
  const type = letter === '\0' || letter === '0' ? (folder ? '5' : '0') : letter;
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : Buffer.alloc(0);
  return {
    type,
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.of(SLASH), name]) : name,
    linkName: textAt(block, 157, 100),
    sizeBytes: BODILESS.has(type) ? 0 : numberAt(block, 124, 12),
  };
}

/** Whether a block says of itself that it is a header. */
export function seemsTarHeader(block: Buffer): boolean {
  return block.toString('latin1', 257, 262) === 'ustar';
}

/** The records of an extended header by keyword; what is no record ends them. Source: POSIX.1-2017, "pax Extended Header". */
export function readPaxRecords(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const length = space < 0 ? NaN : Number(bytes.toString('latin1', start, space));
    if (!Number.isInteger(length) || length < 5 || start + length > bytes.length) break;
    const record = bytes.subarray(space + 1, start + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals < 1) break;
    records.set(record.toString('latin1', 0, equals), record.subarray(equals + 1));
    start += length;
  }
  return records;
}

/** Bytes up to the first NUL. */
export function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

const SLASH = 0x2f;
/** Symbolic links, devices, folders and pipes have no bytes, whatever their size says. */
const BODILESS = new Set(['2', '3', '4', '5', '6']);

function textAt(block: Buffer, start: number, length: number): Buffer {
  return untilNul(block.subarray(start, start + length));
}

function numberAt(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  const [first = 0] = field;
  if (first === 0xff) return NaN;
  if (first === 0x80) return field.subarray(1).reduce((sum, byte) => 256 * sum + byte, 0);
  const digits = untilNul(field).toString('latin1').trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}
