import { FAINT, INK, MUTED, RULE, VERDICT_COLOURS } from './palette.js';

/** The style of report pages: dark on white, one column, for screens of every width and for paper. */
export const PAGE_STYLE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:88rem;padding:1.5rem 1.25rem 4rem;color:${INK};background:#fff;font:1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.01em}
h2{font-size:1.35rem;margin:2.8rem 0 .8rem;padding-top:.6rem;border-top:1px solid ${RULE}}
h3{font-size:1.08rem;margin:2.2rem 0 .4rem}
p{margin:.5rem 0;max-width:46rem}
a{color:#0550ae}
code,.digest{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em;overflow-wrap:anywhere}
.meta,.small{color:${MUTED};font-size:.9rem}
.meta{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem}
.tally{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.1rem 0}
.notice{border-left:4px solid ${VERDICT_COLOURS.inconclusive};background:#fdf8ee;padding:.55rem .9rem;margin:1rem 0;max-width:none}
.verdict,.origin{display:inline-block;border:1.5px solid currentColor;border-radius:1rem;padding:.05rem .65rem;font-size:.88rem;font-weight:600;white-space:nowrap}
.supported{color:${VERDICT_COLOURS.supported}}
.not-supported{color:${VERDICT_COLOURS['not supported']}}
.inconclusive{color:${VERDICT_COLOURS.inconclusive}}
.not-learned{color:${VERDICT_COLOURS['not learned']}}
.origin{color:${MUTED};border-width:1px;font-weight:500}
.origin.not-trained{color:${VERDICT_COLOURS.inconclusive}}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.55rem .8rem .55rem 0;border-bottom:1px solid ${FAINT}}
th{border-bottom:1.5px solid ${RULE};font-weight:600}
.number{font-variant-numeric:tabular-nums;white-space:nowrap}
.pairs th{border-bottom:1px solid ${FAINT};font-weight:500;color:${MUTED};width:14rem;overflow-wrap:anywhere}
.pairs td{overflow-wrap:anywhere}
.pairs th,.pairs td{padding-top:.28rem;padding-bottom:.28rem}
.claim-text{font-weight:600;margin:0 0 .2rem}
figure{margin:.6rem 0 2.6rem;break-inside:avoid}
.beside{display:flex;gap:1.5rem 2rem;align-items:flex-start}
.beside>div:first-child{min-width:0;flex:0 1 auto}
.claims{flex:1 1 20rem;min-width:18rem;max-width:34rem}
.claims.apart{max-width:46rem}
.claim{border-left:3px solid ${RULE};padding:.1rem 0 .1rem .9rem;margin:0 0 1.1rem}
.claim p{margin:.25rem 0}
.claim:target{border-color:${INK}}
.found{max-height:82vh;overflow:auto;border-bottom:1px solid ${RULE}}
.found table{font-size:.88rem;line-height:1.35}
.found th,.found td{padding:.28rem .8rem .28rem 0}
.found thead th{position:sticky;top:0;background:#fff}
.found tbody th{padding-top:.7rem}
.found td:first-child a{color:inherit;text-decoration:none}
.found td:first-child a:hover,.found td:first-child a:focus{text-decoration:underline}
:focus-visible{outline:2px solid #0550ae;outline-offset:2px}
.plot{overflow-x:auto;position:relative}
.plot svg,.plot img{display:block;height:auto}
figcaption{max-width:46rem;font-size:.95rem;margin-top:.5rem}
.files a{margin-right:.7rem}
nav p{max-width:none}
nav p a{margin-right:.9rem}
nav .tally{margin:.3rem 0 .9rem}
details{margin:.35rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}
details>div{padding:.2rem 0 .4rem 1.1rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f8fa;padding:.6rem .8rem;margin:.4rem 0;font-size:.82rem;line-height:1.4;border-radius:4px}
#tip{position:fixed;pointer-events:none;background:${INK};color:#fff;padding:.25rem .6rem;border-radius:4px;font-size:.85rem;line-height:1.35;max-width:22rem;z-index:2;overflow-wrap:anywhere}
#tip[hidden]{display:none}
@media (max-width:70rem){
.beside{flex-direction:column;align-items:stretch}
.beside>div:first-child{max-width:100%}
.claims{max-width:46rem;min-width:0;flex:none}
}
@media (max-width:44rem){
body{padding:1rem .9rem 3rem}
h1{font-size:1.5rem}
.cards thead{display:none}
.cards tr{display:block;border-bottom:1px solid ${RULE};padding:.7rem 0}
.cards td{display:block;border:0;padding:.15rem 0;white-space:normal}
.cards td[data-label]::before{content:attr(data-label) ': ';color:${MUTED}}
.pairs th{width:38%}
.found table,.found tbody,.found tr,.found td,.found th{display:block}
.found thead{display:none}
.found td{border:0;padding:.1rem 0}
.found tr{border-bottom:1px solid ${FAINT};padding:.4rem 0}
.found td.number{display:inline-block;margin-right:.8rem}
}
@media print{
body{max-width:none;padding:0;font-size:10.5pt}
.plot,.found{overflow:visible;max-height:none}
.beside{display:block}
.plot svg,.plot img{max-width:100%}
h2,h3{break-after:avoid}
tr{break-inside:avoid}
.files,#tip,nav{display:none}
}
`;
