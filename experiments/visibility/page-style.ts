import { colours, TIMELINE_STYLE } from './shade';

const SHADES = ['right', 'dead', 'twice', 'often'] as const;

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
code{font:.92em ui-monospace,Menlo,Consolas,monospace;background:var(--card);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}`;

/** Of the lab's report. */
export const PAGE_STYLE = `${BASE_STYLE}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:28px}
.pair>div{min-width:0}
svg{display:block;width:100%;height:auto}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:18px;margin:.8em 0}
table.heat{border-collapse:separate;border-spacing:3px;width:100%;table-layout:fixed;font-size:13px;line-height:1.35}
.heat caption{text-align:left;font-weight:600;padding:0 3px 2px;font-size:14px}
.heat th{font-weight:500;color:var(--faint);padding:2px}
.heat th[rowspan],.heat th[scope=row]{width:44px;text-align:right;padding-right:5px;white-space:nowrap}
.heat th[rowspan]{vertical-align:bottom}
.heat td{border-radius:5px;padding:5px 1px;text-align:center;vertical-align:top;height:88px;overflow-wrap:anywhere}
.heat td strong,.heat td span{display:block}.heat td strong{font-size:14px;white-space:nowrap}
${SHADE_RULES}.cell-unpaid{background:var(--text);color:var(--ground)}
.legend{display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:.8em 0;list-style:none}
.legend li{padding:4px 10px;border-radius:5px;font-size:14px;max-width:none}
dt{font-weight:600}dd{margin:0 0 .5em}
@media (max-width:820px){.pair{grid-template-columns:1fr}}
@media (max-width:400px){.tables{grid-template-columns:minmax(0,1fr)}table.heat{font-size:12px}.heat td strong{font-size:13px}}
@media (max-width:360px){.heat th[rowspan],.heat th[scope=row]{width:32px}.heat td strong{font-size:11px;letter-spacing:-.3px}}
${TIMELINE_STYLE}`;
