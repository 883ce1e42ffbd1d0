import { createHash } from 'node:crypto';
import { numberText } from './axisTicks.js';
import { citations } from './citation.js';
import type { Figure } from './figure.js';
import { markup, trusted, type Content, type Markup } from './markup.js';
import type { Claim } from './claim.js';
import { claimCard, claimSummary, verdictTally } from './pageClaims.js';
import { pageDrawing, pageFigure, picturedFigures } from './pageFigure.js';
import { PAGE_SCRIPT } from './pageScript.js';
import { PAGE_STYLE } from './pageStyle.js';
import type { Json, ProvenanceStep, Report, ReportNetwork, ReportSection } from './report.js';

/** The report as one HTML page that loads nothing: style, script, drawings and pictures are inside it. */
export function reportPage(report: Report, pictures: ReadonlyMap<string, Uint8Array>): string {
  const { title, sections, provenance } = report;
  const links = sourceLinks(provenance);
  const pictured = picturedFigures(
    sections.flatMap(({ figures }) => figures),
    pictures,
  );
  const drawing = (figure: Figure, claims: Markup): Markup =>
    pageFigure(figure, pictured.has(figure.id) ? pictures.get(figure.id) : undefined, claims, sources(figure.provenance, links));
  const body = markup`<header><h1>${title}</h1>
<p class="meta"><span>${report.analysis}</span><span>${dateText(report.startedAt)}</span><span>took ${durationText(report.durationSeconds)}</span></p>
${verdictTally(sections.flatMap(({ claims }) => claims))}${notice(sections.flatMap(({ networks }) => networks))}</header>
<main>
${claimSummary(sections)}
${sections.length > 1 ? contents(sections) : ''}
${sections.map((section) => sectionOf(section, drawing, links))}
<h2 id="run">The run</h2>
<details><summary>Parameters, versions, hardware and time</summary><div>
<h3>Parameters</h3>${pairs(report.parameters)}
<h3>Versions</h3>${pairs(report.versions)}
<h3>Hardware and time</h3>${pairs({ ...report.hardware, started: dateText(report.startedAt), duration: durationText(report.durationSeconds), ...(report.runId === undefined ? {} : { run: report.runId }) })}
</div></details>
<h2 id="provenance">Provenance of the numbers</h2>
<details><summary>${provenance.length} steps</summary><div><p>Every number was computed by one of these steps. A step's result is an artifact named by the SHA-256 of its bytes; <code>provenance.json</code> holds the same list for programs.</p>
${provenance.map((step, index) => stepDetails(step, index, links))}</div></details>
<h2 id="citation">How to cite</h2>
${citations(report).map(({ text, bibtex }) => markup`<p>${text}</p><pre>${bibtex}</pre>`)}
</main>`;
  return page(title, body);
}

/** Each claim stands beside the first of its figures; those that no figure shows come before all. */
function sectionOf(
  section: ReportSection,
  drawing: (figure: Figure, claims: Markup) => Markup,
  links: SourceLinks,
): Markup {
  const { name, title, summary, claims, figures, methods } = section;
  const shownBy = ({ figures: ids = [] }: Claim): Figure[] => ids.flatMap((id) => figures.filter((figure) => figure.id === id));
  const cards = (chosen: readonly Claim[]): Markup =>
    markup`${chosen.map((claim) => claimCard(claim, shownBy(claim).slice(1), sources(claim.provenance ?? [], links)))}`;
  const apart = claims.filter((claim) => shownBy(claim).length === 0);
  return markup`<section id="${name}"><h2>${title}</h2>
<p>${summary}</p>
${apart.length === 0 ? '' : markup`<div class="claims apart">${cards(apart)}</div>`}
${figures.map((figure) => drawing(figure, cards(claims.filter((claim) => shownBy(claim)[0] === figure))))}
${methods.length === 0 ? '' : markup`<h3>Methods</h3>${methods.map((paragraph) => markup`<p>${paragraph}</p>`)}`}
<details><summary>Networks, parameters and seeds</summary><div>${networkTable(section)}
<h3>Parameters</h3>${pairs(section.parameters)}
<h3>Seeds</h3>${pairs(section.seeds)}</div></details>
</section>`;
}

function contents(sections: readonly ReportSection[]): Markup {
  const links = sections.map(
    ({ name, title, claims, figures }) => markup`<li><a href="#${name}">${title}</a>
<p class="small">${figures.map(({ id, title: figure }) => markup`<a href="#figure-${id}">${figure}</a> `)}</p>${verdictTally(claims)}</li>`,
  );
  return markup`<nav><h2>Contents</h2><ol>${links}</ol></nav>`;
}

/** One figure as a page of its own. */
export function figurePage(figure: Figure): string {
  return page(figure.title, markup`<main><h1>${figure.title}</h1>${pageDrawing(figure)}<p>${figure.caption}</p></main>`);
}

function page(title: string, body: Markup): string {
  const hash = createHash('sha256').update(PAGE_SCRIPT).digest('base64');
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${trusted(hash)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${trusted(PAGE_STYLE)}</style></head>
<body>${body}
<script>${trusted(PAGE_SCRIPT)}</script></body></html>
`.html;
}

/** Says before all else which networks have not learned from real images. */
function notice(networks: readonly ReportNetwork[]): Markup {
  const others = networks.filter(({ origin }) => origin !== 'trained');
  if (others.length === 0) return markup``;
  const which = others.map(({ name, origin }) => `${name} (${origin === 'unknown' ? 'origin not stated' : origin})`).join(', ');
  return markup`<p class="notice"><strong>${others.length === networks.length ? 'No network here is known to be trained' : 'Not all networks here are trained'}:</strong> ${which}.</p>`;
}

function networkTable({ networks }: ReportSection): Markup {
  if (networks.length === 0) return markup``;
  return markup`<h3>Networks</h3><table class="cards"><thead><tr><th>Network</th><th>Weights</th><th>Description</th></tr></thead><tbody>${networks.map(
    ({ name, origin, description, layers, digest }) =>
      markup`<tr><td><strong>${name}</strong></td><td><span class="origin${origin === 'trained' ? '' : ' not-trained'}">${origin === 'unknown' ? 'origin not stated' : origin}</span></td>
<td>${description}${layers === undefined ? '' : ` ${layers} layers measured.`}${digest === undefined ? '' : markup` <span class="digest small">${digest}</span>`}</td></tr>`,
  )}</tbody></table>`;
}

function pairs(values: Readonly<Record<string, Json>>): Markup {
  const entries = Object.entries(values);
  if (entries.length === 0) return markup`<p class="small">none</p>`;
  return markup`<table class="pairs"><tbody>${entries.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${jsonText(value)}</td></tr>`)}</tbody></table>`;
}

function jsonText(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.every((item: Json) => typeof item !== 'object' || item === null)) return value.join(', ');
  return JSON.stringify(value);
}

/** The place of each step's result in the page, by digest. */
type SourceLinks = ReadonlyMap<string, { readonly anchor: string; readonly step: string }>;

function sourceLinks(steps: readonly ProvenanceStep[]): SourceLinks {
  return new Map(steps.map(({ output, step }, index) => [output.digest, { anchor: `step-${index + 1}`, step }]));
}

function sources(digests: readonly string[], links: SourceLinks): Markup {
  if (digests.length === 0) return markup`Source: not recorded.`;
  const few = digests.slice(0, 8).map((digest): Content => {
    const link = links.get(digest);
    const short = markup`<span class="digest" title="${digest}">${digest.replace('sha256:', '').slice(0, 12)}</span>`;
    return link ? markup`<a href="#${link.anchor}">${link.step} ${short}</a> ` : markup`${short} (not made in this run) `;
  });
  return markup`Source: ${few}${digests.length > 8 ? ` and ${digests.length - 8} more in provenance.json` : ''}`;
}

function stepDetails(step: ProvenanceStep, index: number, links: SourceLinks): Markup {
  const { output, inputs, durationSeconds } = step;
  const facts = [
    `version ${step.version}`,
    ...(durationSeconds === undefined ? [] : [durationText(durationSeconds)]),
    ...(step.reused === true ? ['reused from an earlier run'] : []),
  ].join(', ');
  return markup`<details id="step-${index + 1}"><summary><strong>${step.step}</strong> <span class="small">${facts}</span> <span class="digest small">${output.digest.replace('sha256:', '').slice(0, 12)}</span></summary><div>
<p class="small">Result: ${output.kind}, ${output.sizeBytes} bytes, <span class="digest">${output.digest}</span></p>
${inputs.length === 0 ? '' : markup`<p class="small">From: ${sources(inputs.map(({ digest }) => digest), links)}</p>`}
<pre>${JSON.stringify(step.parameters, null, 1)}</pre></div></details>
`;
}

function dateText(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A duration as people say it. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  if (seconds < 60) return `${numberText(seconds, seconds < 10 ? 2 : 3)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${rest} s`;
}
