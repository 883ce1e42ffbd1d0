/** Gives names that nothing has yet: as they are asked for where they are free, else with a number behind. */
export function freshNames(taken: Iterable<string>): (name: string) => string {
  const known = new Set(taken);
  return (name) => {
    let free = name;
    for (let count = 2; known.has(free); count++) free = `${name}_${count}`;
    known.add(free);
    return free;
  };
}
