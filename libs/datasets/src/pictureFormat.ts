/** Formats of encoded images that are read, by how their bytes begin. */
const FORMATS: readonly (readonly [format: string, begins: RegExp])[] = [
  ['JPEG', /^\xff\xd8\xff/],
  ['PNG', /^\x89PNG\r\n\x1a\n/],
  ['WebP', /^RIFF....WEBP/s],
  ['GIF', /^GIF8[79]a/],
  ['TIFF', /^(II[*+]\0|MM\0[*+])/],
  ['AVIF', /^....ftyp(avif|avis|mif1|msf1|miaf)/s],
];

/** Which format the bytes are in, whatever the file is called; undefined: none that is read. */
export function pictureFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return FORMATS.find(([, begins]) => begins.test(start))?.[0];
}
