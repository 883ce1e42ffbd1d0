import type { Report } from './report.js';

/** A work as a reader cites it. */
interface Citation {
  readonly text: string;
  readonly bibtex: string;
}

export const PAPER_DOI = 'https://doi.org/10.1038/s41467-022-35659-7';
export const PAPER_TITLE = 'Efficient neural codes naturally emerge through gradient descent learning';

const PAPER: Citation = {
  text: `Benjamin, A. S., Zhang, L.-Q., Qiu, C., Stocker, A. A. & Kording, K. P. ${PAPER_TITLE}. Nature Communications 13, 7972 (2022). ${PAPER_DOI}`,
  bibtex: `@article{benjamin2022efficient,
  title = {${PAPER_TITLE}},
  author = {Benjamin, Ari S. and Zhang, Ling-Qi and Qiu, Cheng and Stocker, Alan A. and Kording, Konrad P.},
  journal = {Nature Communications},
  volume = {13},
  pages = {7972},
  year = {2022},
  doi = {10.1038/s41467-022-35659-7}
}
`,
};

/** What a reader of the report cites: the paper, and the report with its version, run and day. */
export function citations({ title, startedAt, runId, versions }: Report): readonly [Citation, Citation] {
  const version = versions['oblique'];
  const software = `Oblique${version === undefined ? '' : ` ${version}`}`;
  const run = runId === undefined ? '' : `, run ${runId}`;
  const day = startedAt.slice(0, 10);
  return [
    PAPER,
    {
      text: `The Oblique contributors. ${title}. Report of ${software}${run}, ${day}.`,
      bibtex: `@misc{oblique${runId ?? day},
  title = {${title.replace(/[{}\\]/gu, '')}},
  author = {{The Oblique contributors}},
  note = {Report of ${software}${run}},
  year = {${startedAt.slice(0, 4)}}
}
`,
    },
  ];
}
