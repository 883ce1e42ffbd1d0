/** What a field of a request may hold, and why no more: checked before anything is made from it. */
export type FieldLimit = NumberLimit | ItemLimit | TextLimit | Unlimited;

/** A number, or each number of a list or map. Numbers that are no whole ones must also be finite. */
export interface NumberLimit {
  /** Smallest value; left out: 0 for counts, none for other numbers. */
  readonly from?: number | bigint;
  readonly to: number | bigint;
  /** Entries of the list. */
  readonly items?: number;
  readonly why: string;
}

/** A list of messages or texts. */
export interface ItemLimit {
  readonly items: number;
  /** Characters of each text; left out: as any text. */
  readonly characters?: number;
  readonly why: string;
}

/** A text longer than others may be. */
export interface TextLimit {
  readonly characters: number;
  readonly why: string;
}

/** Nothing to hold a field against: it costs nothing beside the bytes that were sent, and any value has a meaning. */
export interface Unlimited {
  readonly unlimited: string;
}
