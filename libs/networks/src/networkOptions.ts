/** What every architecture is built from. */
export interface NetworkOptions {
  /** Name of the program. */
  readonly name: string;
  readonly seed: number | bigint;
  readonly inputSizePixels: number;
  readonly classes: number;
}
