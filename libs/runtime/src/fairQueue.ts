/** Work that waits, as the queue sees it. */
export interface Waiting {
  /** Works of one flow come one after another, flows take turns. */
  readonly flow: string;
  /** What it is thought to take, above 0; only its relation to that of other works counts. It may change. */
  readonly cost: number;
  /** Within its flow, lower ranks come first, equal ones in the order of their arrival. Default: 0. */
  readonly rank?: number | undefined;
}

interface Flow<Item> {
  /** Virtual time at which its first item begins. */
  start: number;
  readonly items: Item[];
}

/**
 * Self-clocked fair queueing (Golestani, INFOCOM 1994) over flows. Every flow's first item has the tag `start + cost`,
 * where the flow starts at the tag of its last item, or at virtual time where it comes anew; the smallest tag is served,
 * and virtual time is then that tag. So short work comes before long, flows that always wait get equal shares of the
 * cost served, and an item waits no longer than until every other flow was given about what it costs itself. Nothing
 * depends on a clock.
 */
export class FairQueue<Item extends Waiting> {
  readonly #flows = new Map<string, Flow<Item>>();
  #virtualTime = 0;
  #size = 0;

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    const flow = this.#flows.get(item.flow) ?? { start: this.#virtualTime, items: [] };
    if (flow.items.length === 0) flow.start = Math.max(flow.start, this.#virtualTime);
    this.#flows.set(item.flow, flow);
    const place = flow.items.findIndex((other) => (other.rank ?? 0) > (item.rank ?? 0));
    flow.items.splice(place === -1 ? flow.items.length : place, 0, item);
    this.#size += 1;
  }

  /** The item that comes next, among those that lead their flow and are wanted. */
  first(isWanted: (item: Item) => boolean = () => true): Item | undefined {
    let best: { readonly item: Item; readonly tag: number } | undefined;
    for (const { start, items } of this.#flows.values()) {
      const [item] = items;
      if (item === undefined || !isWanted(item)) continue;
      const tag = start + item.cost;
      if (best === undefined || tag < best.tag) best = { item, tag };
    }
    return best?.item;
  }

  /** Takes an item out to be served: its flow is charged for it. */
  take(item: Item): void {
    const flow = this.#flows.get(item.flow);
    if (flow === undefined || !this.remove(item)) return;
    flow.start += item.cost;
    this.#virtualTime = Math.max(this.#virtualTime, flow.start);
    // A flow that waits for nothing and was not served ahead of others would start as a new one does.
    for (const [name, { start, items }] of this.#flows) {
      if (items.length === 0 && start <= this.#virtualTime) this.#flows.delete(name);
    }
  }

  /** Takes an item out that is not wanted any more; false where it does not wait. */
  remove(item: Item): boolean {
    const items = this.#flows.get(item.flow)?.items;
    const index = items?.indexOf(item) ?? -1;
    if (items === undefined || index === -1) return false;
    items.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  /** All items, flow by flow. */
  items(): Item[] {
    return [...this.#flows.values()].flatMap((flow) => flow.items);
  }

  /** All items, in the order in which they would be served if no others came. */
  inOrder(): Item[] {
    const flows = [...this.#flows.values()].map(({ start, items }) => ({ start, items, next: 0 }));
    const order: Item[] = [];
    while (order.length < this.#size) {
      let best:
        { readonly flow: (typeof flows)[number]; readonly item: Item; readonly tag: number } | undefined;
      for (const flow of flows) {
        const item = flow.items[flow.next];
        if (item === undefined) continue;
        const tag = flow.start + item.cost;
        if (best === undefined || tag < best.tag) best = { flow, item, tag };
      }
      if (best === undefined) break;
      best.flow.start = best.tag;
      best.flow.next += 1;
      order.push(best.item);
    }
    return order;
  }

  /** Takes all items out. */
  clear(): Item[] {
    const items = this.items();
    this.#flows.clear();
    this.#size = 0;
    return items;
  }
}
