const lightColours = `
:root{--paper:#fff;--raised:#f5f7f9;--ink:#18202a;--muted:#55616f;--rule:#98a3af;--grid:#e3e8ed;--empty:#fff;
--good:#00705a;--warning:#8a5a00;--bad:#b3261e;--plain:#0b5cad;
--s0:#0b5cad;--s1:#c24a00;--s2:#00785e;--s3:#9b2f86;--s4:#7d6200;--s5:#1f74a6;--s6:#5a6068;--s7:#7d3c14;
--h0:#edf4fb;--h1:#d6e6f4;--h2:#bcd7ec;--h3:#97c3e1;--h4:#6dabd4;--h5:#4890c4;--h6:#2b74b1;--h7:#145796;--h8:#0a3a70;
--over:#e8710a;--over-line:#3d1c00}`;

const darkColours = `
@media screen and (prefers-color-scheme:dark){:root{--paper:#11161c;--raised:#1a2129;--ink:#e5eaf0;--muted:#9ba8b6;--rule:#5d6a78;--grid:#252f39;--empty:#11161c;
--good:#4bd0a6;--warning:#e8b64c;--bad:#ff8d83;--plain:#6bb4ff;
--s0:#6bb4ff;--s1:#ff9a5c;--s2:#4bd0a6;--s3:#e690d6;--s4:#e2c34a;--s5:#9ad8ff;--s6:#b4bac2;--s7:#d5a27e;
--h0:#18242f;--h1:#1b3246;--h2:#1e425f;--h3:#225479;--h4:#2c6a97;--h5:#3f84b5;--h6:#5ea1cf;--h7:#8ac1e6;--h8:#c1e2fa;
--over:#ff8a1f;--over-line:#2b1200}}`;

/** Of everything inside a chart. */
const drawingStyle = `
svg text{fill:var(--ink)}svg .middle{text-anchor:middle}svg .end{text-anchor:end}
svg text.muted{fill:var(--muted)}svg text.strong{font-weight:600}svg text.small{font-size:10px}
.grid{stroke:var(--grid);stroke-width:1}.rule{stroke:var(--rule);stroke-width:1}.zero{stroke:var(--ink);stroke-width:1.5}
.line{fill:none;stroke:currentColor;stroke-width:1.7;stroke-linejoin:round;stroke-linecap:round}
.band{fill:currentColor;opacity:.2}.bar{fill:currentColor;stroke:var(--paper);stroke-width:.8}svg text.on-bar{fill:var(--paper)}.sign{fill:currentColor;stroke:currentColor;stroke-width:1.3}
.sign.open{fill:var(--paper)}
.leader{fill:none;stroke:var(--rule);stroke-width:.9;stroke-dasharray:1 3}
.limit{fill:none;stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 3}svg text.limit-word{fill:var(--bad)}
.mark{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3}.flag{fill:var(--muted)}svg text.flag-word{fill:var(--paper);font-size:11px;font-weight:600}
.mark.good{stroke:var(--good)}.flag.good{fill:var(--good)}.mark.warning{stroke:var(--warning)}.flag.warning{fill:var(--warning)}
.mark.bad{stroke:var(--bad)}.flag.bad{fill:var(--bad)}
.s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}.s3{color:var(--s3)}.s4{color:var(--s4)}.s5{color:var(--s5)}.s6{color:var(--s6)}.s7{color:var(--s7)}
svg text.s0{fill:var(--s0)}svg text.s1{fill:var(--s1)}svg text.s2{fill:var(--s2)}svg text.s3{fill:var(--s3)}
svg text.s4{fill:var(--s4)}svg text.s5{fill:var(--s5)}svg text.s6{fill:var(--s6)}svg text.s7{fill:var(--s7)}
.cell{shape-rendering:crispEdges;fill:none}.empty{fill:var(--empty);stroke:var(--grid)}
.h0{stroke:var(--h0)}.h1{stroke:var(--h1)}.h2{stroke:var(--h2)}.h3{stroke:var(--h3)}.h4{stroke:var(--h4)}.h5{stroke:var(--h5)}
.h6{stroke:var(--h6)}.h7{stroke:var(--h7)}.h8{stroke:var(--h8)}.over{stroke:var(--over)}.over-line{stroke:var(--over-line);stroke-width:1.5;fill:none}
.lane{stroke:var(--grid);stroke-width:1}.event{fill:var(--plain);stroke:var(--paper);stroke-width:.8}.lasts{opacity:.75}.event.quiet{fill:var(--rule)}.event.good{fill:var(--good)}.event.warning{fill:var(--warning)}.event.bad{fill:var(--bad)}
.interval{stroke:var(--plain);stroke-width:3}.interval-end{stroke:var(--plain);stroke-width:2;fill:none}.interval-middle{fill:var(--plain);stroke:var(--paper);stroke-width:1.5}
.interval.quiet,.interval-end.quiet{stroke:var(--rule)}.interval-middle.quiet{fill:var(--rule)}
.interval.good,.interval-end.good{stroke:var(--good)}.interval-middle.good{fill:var(--good)}
.interval.warning,.interval-end.warning{stroke:var(--warning)}.interval-middle.warning{fill:var(--warning)}
.interval.bad,.interval-end.bad{stroke:var(--bad)}.interval-middle.bad{fill:var(--bad)}`;

const pageStyle = `
@media print{:root{--paper:#fff;--raised:#f5f7f9;--ink:#000;--muted:#444;--rule:#777;--grid:#ddd;--empty:#fff}}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:58rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",Helvetica,Arial,sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:2.75rem 0 .5rem;padding-top:.9rem;border-top:2px solid var(--ink);overflow-wrap:anywhere}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.25rem 0 .75rem;max-width:46rem;overflow-wrap:anywhere}
.subtitle{color:var(--muted);margin:0 0 1.25rem}
nav{margin:1.25rem 0 0;font-size:.9rem}nav ol{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
a{color:var(--plain)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.4rem,1fr));gap:.75rem;margin:0;padding:0}
.fact{position:relative;background:var(--raised);border-radius:.5rem;padding:.75rem .9rem;border-left:4px solid var(--rule)}
.fact dt{color:var(--muted);font-size:.85rem;overflow-wrap:anywhere}
.fact dd{margin:0;font-size:1.25rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.fact dd.of{font-size:.85rem;font-weight:400;color:var(--muted);margin-top:.15rem}
.fact.good{border-color:var(--good)}.fact.warning{border-color:var(--warning)}.fact.bad{border-color:var(--bad)}
.fact::after{position:absolute;top:.6rem;right:.8rem;font-weight:600}.fact.good::after{content:"✓";color:var(--good)}
.fact.warning::after{content:"!";color:var(--warning)}.fact.bad::after{content:"✕";color:var(--bad)}.fact dt{padding-right:1.2rem}
td.quiet,th.quiet,li.quiet,text.quiet{color:var(--muted);fill:var(--muted)}dd.good,td.good,th.good,li.good,text.good{color:var(--good);fill:var(--good)}
dd.warning,td.warning,th.warning,li.warning,text.warning{color:var(--warning);fill:var(--warning)}
dd.bad,td.bad,th.bad,li.bad,text.bad{color:var(--bad);fill:var(--bad)}
td.good::before,th.good::before{content:"✓ "}td.warning::before,th.warning::before{content:"! "}
td.bad::before,th.bad::before{content:"✕ "}
figure,.figure{margin:1.5rem 0 2rem}
figcaption p,.figure>p{color:var(--muted);font-size:.92rem;margin:.1rem 0 .6rem}
.note{color:var(--muted);font-size:.8rem;margin:.35rem 0}
.scroll{overflow-x:auto}
svg{display:block;width:100%;min-width:44rem;height:auto;font-size:12px}
.probe{fill:transparent}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums;min-width:50%}
th,td{padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
th.right,td.right{text-align:right;white-space:nowrap}thead th{border-bottom:1px solid var(--rule);color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:400}.unit{font-weight:400}td{max-width:40rem}tbody th{max-width:20rem}.short,.one,.with-unit{white-space:nowrap}.fact .with-unit{white-space:normal}.long{overflow-wrap:anywhere;min-width:9rem}
details{margin:.5rem 0;font-size:.9rem}summary{cursor:pointer;color:var(--muted)}
.flags{margin:.5rem 0;padding-left:2rem;font-size:.85rem;columns:2;column-gap:2rem}.flags li{break-inside:avoid;overflow-wrap:anywhere}
.items{margin:.25rem 0 1rem;padding-left:1.25rem;max-width:46rem}.items li{overflow-wrap:anywhere}
footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--grid);color:var(--muted);font-size:.8rem;overflow-wrap:anywhere}
#tip{position:fixed;z-index:1;max-width:22rem;padding:.35rem .6rem;border-radius:.35rem;background:var(--ink);color:var(--paper);font-size:.8rem;
line-height:1.35;pointer-events:none;white-space:pre-line;font-variant-numeric:tabular-nums}
@media (min-width:48rem){.by-2{grid-template-columns:repeat(2,minmax(0,1fr))}.by-3{grid-template-columns:repeat(3,minmax(0,1fr))}.by-4{grid-template-columns:repeat(4,minmax(0,1fr))}.by-5{grid-template-columns:repeat(5,minmax(0,1fr))}}
@media (max-width:40rem){body{padding:1rem .9rem 2rem}h1{font-size:1.4rem}.flags{columns:1}.fact dd{font-size:1.25rem}}
@media print{@page{size:A4;margin:14mm}body{max-width:none;padding:0;font-size:10pt}nav,#tip,summary{display:none}
figure,.fact,tr,li{break-inside:avoid}h2,h3,figcaption{break-after:avoid}svg{min-width:0}table{font-size:8pt}.short,.long,th.right{white-space:normal;overflow-wrap:anywhere;min-width:0}td.right{white-space:nowrap}.scroll{overflow:visible}thead{display:table-header-group}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

/** The page's one style: light and dark by what the reader's system says, and black on white when printed. */
export const style = `${lightColours}${darkColours}${drawingStyle}${pageStyle}`;

/** The style of a chart that stands alone in a file. */
export const imageStyle = `${lightColours}
svg{font:12px system-ui,"Segoe UI",Roboto,"DejaVu Sans",Helvetica,Arial,sans-serif}svg text.large{font-size:17px}${drawingStyle}
`;
