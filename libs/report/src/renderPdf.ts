import PDFDocument from 'pdfkit';
import svgToPdf from 'svg-to-pdfkit';
import type { Figure } from './figure.js';
import { BOLD_FILE, REGULAR_FILE } from './fonts.js';

/** CSS pixels are 1/96 inch, PDF's points 1/72. */
const POINTS_PER_PIXEL = 0.75;
const REGULAR = 'regular';
const BOLD = 'bold';

/**
 * A figure's drawing as a PDF of one page of its size: lines stay lines and text stays text, in the shipped font. The
 * date is written into the file: equal drawings of equal dates give equal bytes.
 */
export async function renderPdf(
  { svg, title, widthPixels, heightPixels }: Figure,
  createdAt: Date,
): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: [widthPixels * POINTS_PER_PIXEL, heightPixels * POINTS_PER_PIXEL],
    margin: 0,
    info: { Title: title, CreationDate: createdAt },
  });
  document.registerFont(REGULAR, REGULAR_FILE);
  document.registerFont(BOLD, BOLD_FILE);
  const chunks: Uint8Array[] = [];
  const ended = new Promise((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  svgToPdf(document, svg, 0, 0, { fontCallback: (_family, bold) => (bold ? BOLD : REGULAR) });
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}
