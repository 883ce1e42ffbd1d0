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

/** Every claim of the report in a line, each leading to its evidence. */
export function claimSummary(sections: readonly ReportSection[]): Markup {
  return markup`<h2 id="claims">Claims and verdicts</h2>
<table class="cards"><thead><tr><th>Verdict</th><th></th><th>Claim</th><th>Effect</th><th>Interval</th></tr></thead><tbody>${sections.flatMap(
    ({ claims }) =>
      claims.map(
        (claim) => markup`<tr><td>${verdictBadge(claim.verdict)}</td>
<td><a href="#claim-${claim.id}">${claim.id}</a></td><td>${claim.sentence}</td>${measured(claim)}</tr>`,
      ),
  )}</tbody></table>`;
}

/** The claims of one analysis with what was measured, and what follows from it; `sources` says where from. */
export function claimTable({ claims, figures }: ReportSection, sources: (claim: Claim) => Markup): Markup {
  const titles = new Map(figures.map(({ id, title }) => [id, title]));
  return markup`<table class="cards"><thead><tr><th>Verdict</th><th>Claim</th><th>Effect</th><th>Interval</th></tr></thead><tbody>${claims.map(
    (claim) => markup`<tr id="claim-${claim.id}"><td>${verdictBadge(claim.verdict)}</td>
<td><p class="claim-text">${claim.sentence}</p><p>${claim.explanation}</p>
<p class="small">Measured: ${claim.statistic}. Holds where: ${claim.threshold}. ${(claim.figures ?? []).map((id) => markup`<a href="#figure-${id}">${titles.get(id) ?? id}</a>. `)}${sources(claim)}</p></td>
${measured(claim)}</tr>`,
  )}</tbody></table>`;
}

function verdictBadge(verdict: Verdict, count?: number): Markup {
  return markup`<span class="verdict ${verdict.replace(' ', '-')}">${MARKS[verdict]} ${count === undefined ? '' : `${count} `}${verdict}</span>`;
}

function measured(claim: Claim): Markup {
  return markup`<td class="number" data-label="Effect">${claim.effect === null ? 'not measured' : numberText(claim.effect)}</td>
<td class="number" data-label="Interval">${intervalText(claim)}</td>`;
}

function intervalText({ interval }: Claim): string {
  if (!interval) return 'none';
  return `${numberText(interval.low)} to ${numberText(interval.high)} (${Number((interval.confidence * 100).toPrecision(4))} %)`;
}
