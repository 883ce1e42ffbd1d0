/** The selectors of a list by commas; `\,` is a comma and `\\` a backslash inside one. */
export function readLayers(list: string): string[] {
  const selectors = list.match(/(?:\\[\\,]|[^,])+/gsu) ?? [];
  return selectors.map((selector) => selector.replace(/\\([\\,])/gsu, '$1'));
}
