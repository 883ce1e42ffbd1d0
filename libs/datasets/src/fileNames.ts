import { isUtf8 } from 'node:buffer';

/** Names of files that hold one image each. */
export const PICTURE = /\.(jpe?g|jpe|jfif|png|webp|tiff?|gif|avif)$/i;

/** Names of images in formats that are not read: they are told, not passed over. */
export const UNREAD_PICTURE =
  /\.(bmp|dib|p[bgnp]m|heic|heif|jp2|j2k|jpx|jxl|svgz?|psd|exr|hdr|tga|dng|cr[23w]|nef|arw|orf|rw2|raf)$/i;

/** What systems and people keep beside images and do not mean: a path in which a part begins with ".", or is __MACOSX. */
export function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

/** A name as text; bytes that are no UTF-8 stand as `\xff`, so that different names stay different. */
export function nameText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let start = 0; start < bytes.length;) {
    const length = characterBytes(bytes, start);
    text +=
      length === 0
        ? `\\x${bytes.subarray(start, start + 1).toString('hex')}`
        : bytes.toString('utf8', start, start + length);
    start += Math.max(1, length);
  }
  return text;
}

/** How many bytes the character at `start` has; 0 where there is none. */
function characterBytes(bytes: Buffer, start: number): number {
  return (
    [1, 2, 3, 4].find(
      (length) => isUtf8(bytes.subarray(start, start + length)) && start + length <= bytes.length,
    ) ?? 0
  );
}
