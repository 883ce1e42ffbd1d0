import { numberText } from './axisTicks.js';
import { VERDICTS, type Claim, type Verdict } from './claim.js';
import { markup, type Markup } from './markup.js';
import type { ReportSection } from './report.js';

const MARKS: Readonly<Record<Verdict, string>> = { supported: '✓', 'not supported': '✗', inconclusive: '?', 'not learned': '–' };

/** How many claims have each verdict. */
export function verdictTally(claims: readonly Claim[]): Markup {
  if (claims.length === 0) return markup``;
  const counts = VERDICTS.map((verdict) => ({
    verdict,
    count: claims.filter((claim) => claim.verdict === verdict).length,
  }));
  return markup`<p class="tally">${counts.filter(({ count }) => count > 0).map(({ verdict, count }) => verdictBadge(verdict, count))}</p>`;
}

/** What was found: every claim in a line that leads to its evidence, in a table that is no higher than the window. */
export function claimSummary(sections: readonly ReportSection[]): Markup {
  const judged = sections.filter(({ claims }) => claims.length > 0);
  if (judged.length === 0) return markup``;
  return markup`<h2 id="claims">What was found</h2>
<div class="found" tabindex="0" role="region" aria-label="All claims with their verdicts">
<table><thead><tr><th>Claim</th><th>Effect</th><th>Interval</th><th>Verdict</th></tr></thead>${judged.map(
    ({ name, title, claims }) => markup`<tbody>${sections.length > 1 ? markup`<tr><th colspan="4" scope="rowgroup"><a href="#${name}">${title}</a></th></tr>` : ''}${claims.map(
      (claim) => markup`<tr><td><a href="#claim-${claim.id}">${claim.sentence}</a></td>${measured(claim)}<td>${verdictBadge(claim.verdict)}</td></tr>`,
    )}</tbody>`,
  )}</table></div>`;
}

/** A claim with what was measured and what follows from it; how it was measured folds away. `sources` says where from. */
export function claimCard(claim: Claim, others: readonly { readonly id: string; readonly title: string }[], sources: Markup): Markup {
  return markup`<div class="claim" id="claim-${claim.id}"><p class="claim-text">${claim.sentence}</p>
<p>${verdictBadge(claim.verdict)} <span class="number">${claim.effect === null ? 'not measured' : numberText(claim.effect, 3)}</span> <span class="number small">${claim.interval === null ? 'no interval' : intervalText(claim)}</span></p>
<p class="small">${claim.explanation}</p>
<details><summary class="small">How it was measured</summary><div><p class="small">${claim.statistic}. Holds where: ${claim.threshold}.</p>
${others.length === 0 ? '' : markup`<p class="small">Also shown by ${others.map(({ id, title }, index) => markup`${index === 0 ? '' : ', '}<a href="#figure-${id}">${title}</a>`)}.</p>`}
<p class="small">${sources}</p></div></details></div>`;
}

function verdictBadge(verdict: Verdict, count?: number): Markup {
  return markup`<span class="verdict ${verdict.replace(' ', '-')}">${MARKS[verdict]} ${count === undefined ? '' : `${count} `}${verdict}</span>`;
}

function measured(claim: Claim): Markup {
  return markup`<td class="number">${claim.effect === null ? '–' : numberText(claim.effect, 3)}</td>
<td class="number">${claim.interval === null ? '–' : intervalText(claim)}</td>`;
}

function intervalText({ interval }: Claim): string {
  if (!interval) return 'none';
  return `${numberText(interval.low, 3)} to ${numberText(interval.high, 3)} (${Number((interval.confidence * 100).toPrecision(4))} %)`;
}
