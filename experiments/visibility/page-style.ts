import { BASE_STYLE } from '../rig/page/style';
import { TIMELINE_STYLE } from './shade';

/** Of the lab's report. */
export const PAGE_STYLE = `${BASE_STYLE}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:28px}
.pair>div{min-width:0}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:18px;margin:.8em 0}
table.heat{border-collapse:separate;border-spacing:3px;width:100%;table-layout:fixed;font-size:13px;line-height:1.35}
.heat caption{text-align:left;font-weight:600;padding:0 3px 2px;font-size:14px}
.heat th{font-weight:500;color:var(--faint);padding:2px}
.heat th[rowspan],.heat th[scope=row]{width:44px;text-align:right;padding-right:5px;white-space:nowrap}
.heat th[rowspan]{vertical-align:bottom}
.heat td{border-radius:5px;padding:5px 1px;text-align:center;vertical-align:top;height:88px;overflow-wrap:anywhere}
.heat td strong,.heat td span{display:block}.heat td strong{font-size:14px;white-space:nowrap}
.cell-unpaid{background:var(--text);color:var(--ground)}
.legend{display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:.8em 0;list-style:none}
.legend li{padding:4px 10px;border-radius:5px;font-size:14px;max-width:none}
dt{font-weight:600}dd{margin:0 0 .5em}
@media (max-width:820px){.pair{grid-template-columns:1fr}}
@media (max-width:400px){.tables{grid-template-columns:minmax(0,1fr)}table.heat{font-size:12px}.heat td strong{font-size:13px}}
@media (max-width:360px){.heat th[rowspan],.heat th[scope=row]{width:32px}.heat td strong{font-size:11px;letter-spacing:-.3px}}
${TIMELINE_STYLE}`;
