/** The variables of every colour, `light` and `dark`; contrast of text on its ground at least 4.5. */
const COLOURS: readonly (readonly [name: string, light: string, dark: string])[] = [
  ['ground', '#ffffff', '#14171c'],
  ['card', '#f4f5f7', '#1e232a'],
  ['text', '#1b1f24', '#e8eaed'],
  ['faint', '#5a6370', '#a3acb8'],
  ['line', '#d5d9df', '#39414c'],
  ['right', '#d9ecf7', '#173a4f'],
  ['on-right', '#0b3a55', '#c9e8fa'],
  ['dead', '#fbe6b4', '#4d3b0c'],
  ['on-dead', '#4a3500', '#ffe3a0'],
  ['twice', '#f6b48f', '#7d3413'],
  ['on-twice', '#431600', '#ffe0d0'],
  ['often', '#b3321c', '#c8432b'],
  ['on-often', '#ffffff', '#ffffff'],
  ['run', '#27598c', '#5b9bd8'],
  ['on-run', '#ffffff', '#0c1622'],
  ['hidden', '#d5dae1', '#3c4654'],
  ['pay', '#f2b632', '#f2b632'],
];

const declare = (of: (row: (typeof COLOURS)[number]) => string): string =>
  COLOURS.map((row) => `--${row[0]}:${of(row)}`).join(';');

/** For a page and for a picture alike; `root` is the element that holds the variables. */
export const colours = (root: string): string => `
${root}{${declare(([, light]) => light)}}
@media (prefers-color-scheme:dark){${root}{${declare(([, , dark]) => dark)}}}`;

/** Of the text and the axes of a drawing. */
export const CHART_STYLE = `
text{font:14px system-ui,-apple-system,'Segoe UI',sans-serif;fill:var(--text)}
.axis{fill:var(--faint);font-size:12px}.tick{stroke:var(--line);fill:none}`;

const SHADES = ['right', 'dead', 'twice', 'often'] as const;

/** Grounds that tell how well something went, each with its text. */
const SHADE_RULES = SHADES.map((shade) => `.cell-${shade}{background:var(--${shade});color:var(--on-${shade})}`).join(
  '',
);

/** Of every report: light and dark, from a phone's width up. */
export const BASE_STYLE = `${colours(':root')}
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 14px 56px}
h1{font-size:clamp(1.5rem,4.5vw,2.3rem);line-height:1.2;margin:0 0 .5em;text-wrap:balance}
h2{font-size:1.35rem;margin:2.2em 0 .5em}
h3{font-size:1.08rem;margin:1.6em 0 .3em}
p,li{max-width:72ch}p{margin:.5em 0}
.faint{color:var(--faint)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:14px;margin:1.4em 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile h3{margin:0}.tile p{margin:.35em 0 0}
.tile .figure{font-size:1.75rem;font-weight:700;line-height:1.2;margin-top:.2em}
code{font:.92em ui-monospace,Menlo,Consolas,monospace;background:var(--card);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}
${SHADE_RULES}${CHART_STYLE}`;
