import { converter } from 'culori';

export const LAB_HUE_BINS = 72;
/** CIELAB hue angles that the bins are centred on. */
export const LAB_HUE_BIN_CENTRES_DEG: readonly number[] = Array.from(
  { length: LAB_HUE_BINS },
  (_, bin) => (360 * bin) / LAB_HUE_BINS,
);

/** Below it a colour is a grey, whose hue says nothing. */
const LEAST_CHROMA = 10;
/** Levels of a channel that are told apart: a colour's hue is off by less than half a bin where it has any chroma. */
const LEVELS_LOG2 = 5;
const LEVELS = 2 ** LEVELS_LOG2;
const DROPPED_BITS = 8 - LEVELS_LOG2;

const toLch = converter('lch65');
let table: Int8Array | undefined;

/** Colours that are told apart. */
export const LAB_COLOURS = LEVELS ** 3;

/** Which of them an 8-bit sRGB colour is: that of its upper 5 bits a channel. */
export function labColour(red: number, green: number, blue: number): number {
  return (
    ((red >> DROPPED_BITS) << (2 * LEVELS_LOG2)) |
    ((green >> DROPPED_BITS) << LEVELS_LOG2) |
    (blue >> DROPPED_BITS)
  );
}

/** The bin of a colour's hue angle in CIELAB (D65; CIE 15:2018, section 8.2.1), or −1 for greys. */
export function labHueBinOf(colour: number): number {
  table ??= labHueTable();
  return table[colour] ?? -1;
}

function labHueTable(): Int8Array {
  const bins = new Int8Array(LAB_COLOURS);
  const of = (level: number): number => level / (LEVELS - 1);
  for (let index = 0; index < bins.length; index++) {
    const { h, c } = toLch({
      mode: 'rgb',
      r: of(index >> (2 * LEVELS_LOG2)),
      g: of((index >> LEVELS_LOG2) % LEVELS),
      b: of(index % LEVELS),
    });
    bins[index] =
      h === undefined || c < LEAST_CHROMA ? -1 : Math.round((h * LAB_HUE_BINS) / 360) % LAB_HUE_BINS;
  }
  return bins;
}
