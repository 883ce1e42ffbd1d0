import { Draw } from './draw.js';
import type { Finding, FuzzKind } from './fuzzKind.js';
import { FuzzedServices } from './fuzzedServices.js';

/** The share of the cases after which caches are full and memory must stay flat. */
const WARM_SHARE = 0.25;
/** How much more a service may hold at the end: what caches of programs and images take, which have limits of their own. */
const GROWTH_MEBIBYTES = 300;

export interface KindReport {
  readonly failures: number;
  /** What was seen, in a few lines. */
  readonly text: string;
}

/**
 * Runs the cases of one kind, one after the other.
 * @param found told of every case that went wrong
 */
export async function runKind(
  kind: FuzzKind,
  home: string,
  seed: number,
  { from, to }: { readonly from: number; readonly to: number },
  found: (finding: Finding, index: number) => Promise<void>,
): Promise<KindReport> {
  const startedMs = performance.now();
  const services = await FuzzedServices.start(home);
  let failures = 0;
  const failed = async (finding: Finding, index: number): Promise<void> => {
    failures += 1;
    await found(finding, index);
  };
  try {
    const prepared = await kind.prepare(services);
    let warm = await services.residentMebibytes();
    try {
      for (let index = from; index < to; index++) {
        if (index === from + Math.floor((to - from) * WARM_SHARE)) warm = await services.residentMebibytes();
        const finding = await prepared.run(new Draw(kind.name, seed, index));
        if (finding !== undefined) await failed(finding, index);
        for (const death of services.takeDeaths()) {
          await failed({ what: death, input: finding?.input ?? new Uint8Array(), fileName: 'input' }, index);
          await services.settled();
        }
      }
    } finally {
      await prepared.close();
    }
    const last = await services.residentMebibytes();
    const memory = [...last].map(([name, mebibytes]) => {
      const before = warm.get(name) ?? mebibytes;
      return { name, before, mebibytes, grown: mebibytes - before > GROWTH_MEBIBYTES };
    });
    for (const { name, before, mebibytes, grown } of memory) {
      if (!grown) continue;
      const what = `${name} holds ${mebibytes.toFixed(0)} MiB, ${before.toFixed(0)} before`;
      await failed({ what, input: new Uint8Array(), fileName: 'input' }, to);
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    const held = memory.map((of) => `${of.name} ${of.before.toFixed(0)} → ${of.mebibytes.toFixed(0)} MiB`);
    return {
      failures,
      text: `${kind.name}: ${to - from} cases, ${failures} failures, ${seconds} s; resident after collection: ${held.join(', ')}`,
    };
  } finally {
    await services.stop();
  }
}
