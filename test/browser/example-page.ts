import {
  barChart, heatMap, intervalChart, lineChart, notes, page, paragraph, table, timeline, type Markup, type Section,
} from "../../reports/html/index.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 10, 1);

/** What a page must survive: markup, quotes, other scripts, text that runs backwards, and no space to break at. */
export const hostile = `<img src=x onerror=alert(1)>"'&</script><script>alert(2)</script>\u202Eevil\u0000`;
export const long = "a-name-without-any-space-that-goes-on-and-on-and-on-and-on-until-no-column-is-wide-enough-for-it";

function wave(count: number, base: number, swing: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => base + swing * Math.sin((i / 288) * 2 * Math.PI) + ((i * 7919) % 13));
}

/** Every kind of chart, on every kind of axis, with names from the worst of outsides. */
export const charts: Readonly<Record<string, () => Markup>> = {
  "line chart over days": () => {
    const x = Float64Array.from({ length: 8640 }, (_, i) => start + i * 300_000);
    return lineChart({
      title: "Processors used", words: "The load passes the limit on working days.", x: { kind: "utc" }, y: { unit: "cores" },
      series: [
        { name: "as today", x, y: wave(8640, 60, 20) },
        { name: hostile, x, y: wave(8640, 40, 15).map((value, i) => (i > 3000 && i < 3600 ? Number.NaN : value)), shape: "steps" },
        { name: long, x, y: wave(8640, 5, 3) },
      ],
      limits: [{ name: "capacity", value: 110 }, { name: hostile, value: 93.5 }],
      marks: [{ at: start + 3.4 * day, words: hostile, tone: "good" }, { at: start + 3.5 * day, words: long }, { at: start + 20 * day, words: "host h17 fails", tone: "bad" }],
    });
  },
  "line chart with a band": () => {
    const x = Array.from({ length: 90 }, (_, i) => start + i * day);
    const y = x.map((_, i) => 40 + i * 0.6);
    return lineChart({
      title: "Memory of a site", words: "It runs out in January.", x: { kind: "utc" }, y: { unit: "GiB" }, limits: [{ name: "usable", value: 88 }],
      series: [{ name: "forecast", x, y, band: { name: "p10 to p90", low: y.map((value, i) => value - i / 4), high: y.map((value, i) => value + i / 3) } }],
    });
  },
  "line chart on logarithms": () => lineChart({
    title: "Cost over time", words: "Both axes are logarithmic.", x: { kind: "number", label: "time", unit: "s", scale: "log" }, y: { unit: "points", scale: "log" },
    series: [{ name: "best", x: [0.1, 1, 3, 10, 300], y: [1e6, 2e5, 3e4, 400, 380], shape: "steps" }],
  }),
  "line chart of nothing": () => lineChart({ title: "Nothing", words: "No value was measured.", x: { kind: "elapsed" }, y: { unit: "W" }, series: [{ name: "none", x: [0, 1000], y: [Number.NaN, Number.NaN] }] }),
  "heat map of many hosts": () => heatMap({
    title: "Use by host", words: "Hosts are full by day.", unit: "%", range: [0, 100], limit: { name: "target", value: 85 }, columns: { kind: "utc", from: start, step: 3_600_000 },
    rows: Array.from({ length: 230 }, (_, r) => ({
      name: r === 3 ? hostile : r === 4 ? long : `rack-${r >> 3}-h${r}`,
      values: Float64Array.from({ length: 720 }, (_, i) => (r > 200 && i % 24 < 6 ? Number.NaN : 45 + (r % 9) + 40 * Math.sin((i / 24) * 2 * Math.PI))),
    })),
  }),
  "heat map of pairs": () => heatMap({
    title: "Workloads without a place", words: "Two pairs hurt.", unit: "workloads", columns: { kind: "names", names: [hostile, long, "h3", "h4"] },
    rows: ["h1", "h2", "h3", "h4"].map((name, r) => ({ name, values: [0, 1, 2, 3].map((c) => (r === c ? Number.NaN : (r * c) % 5)) })),
  }),
  "bars beside each other": () => barChart({
    title: "Cost by service", words: "The shop pays most.", unit: "EUR/month", categories: ["shop", hostile, long, "back office"],
    series: [{ name: "today", values: [5200, 3100, 800, 90] }, { name: "with the plan", values: [4100, 3300, null, -120] }],
  }),
  "bars on each other": () => barChart({
    title: "Cost by part", words: "Hosts cost most.", unit: "EUR/month", stacked: true, categories: ["today", "plan"],
    series: [{ name: "hosts", values: [5200, 3100] }, { name: hostile, values: [4100, 3300] }, { name: "rebate", values: [-500, -100] }],
  }),
  "eight lines that end together": () => lineChart({
    title: "Eight lines", words: "As many as can be told apart.", x: { kind: "elapsed" }, y: { unit: "W" },
    series: Array.from({ length: 8 }, (_, s) => ({ name: `line ${s + 1}`, x: [0, day, 2 * day], y: [s, 8 - s, 4] })), limits: [{ name: "limit", value: 4 }],
  }),
  "eight parts of bars": () => barChart({
    title: "Eight parts", words: "Each has its number.", unit: "W", stacked: true, categories: ["a", "b"], series: Array.from({ length: 8 }, (_, s) => ({ name: `part ${s + 1}`, values: [10, -10] })),
  }),
  "timeline": () => timeline({
    title: "What happened", words: "One failure, many moves.", x: { kind: "elapsed" }, from: 0, to: 30 * day,
    kinds: [{ name: "move", tone: "plain" }, { name: "start", tone: "good" }, { name: hostile, tone: "warning" }, { name: "failure", tone: "bad" }],
    lanes: [
      { name: "h17", events: [{ at: 20 * day, until: 21 * day, kind: 3, words: hostile }] },
      { name: long, events: Array.from({ length: 300 }, (_, i) => ({ at: 13 * day + i * 600_000, kind: i % 3, words: `move ${i}` })) },
    ],
  }),
  "intervals of dates": () => intervalChart({
    title: "When it runs out", words: "p10, p50 and p90.", x: { kind: "utc" }, from: start, to: start + 180 * day,
    rows: [
      { name: hostile, low: start + 60 * day, middle: start + 81 * day, high: start + 120 * day, tone: "bad", note: long },
      { name: "processors", low: start + 100 * day, middle: start + 150 * day, high: null, tone: "warning" }, { name: "storage", low: null, middle: null, high: null, tone: "good" },
    ],
  }),
  "intervals around zero": () => intervalChart({
    title: "Cost against today", words: "Paired differences.", x: { kind: "number", label: "difference", unit: "EUR/month" }, zero: "as today",
    rows: [{ name: "close the site", low: -1200, middle: -900, high: -650, tone: "good", note: "cheaper" }, { name: "growth", low: 300, middle: 410, high: 500, tone: "bad" }],
  }),
  "table": () => table({
    title: "Scenarios", words: "Each line is one.", columns: [{ head: "scenario" }, { head: "cost", unit: "EUR/month" }, { head: "verdict" }, { head: hostile }],
    rows: [["as today", 12_345.678, { text: "kept", tone: "good" }, 0], [hostile, 0.0123, { text: "broken", tone: "bad" }, 1_234_567], [long, -500, null, 3]],
  }),
};

/** A page with all of them. */
export function examplePage(): string {
  const sections: readonly Section[] = [
    { title: "Charts", words: "One of each.", content: Object.values(charts).map((chart) => chart()) },
    { title: hostile, content: [notes({ title: "How this was made", items: [hostile, long] })] },
    { title: long, content: [paragraph(hostile)] },
  ];
  return page({
    title: `E-commerce ${hostile}`, subtitle: long, sections, footer: hostile,
    facts: [
      { label: "Cost", value: "12,345.67 EUR", note: "per month of 730 h", tone: "good" }, { label: hostile, value: long, tone: "bad" },
      { label: "Energy", value: "1,204 kWh", note: hostile, tone: "warning" }, { label: "Runway", value: "21 Jan 2027" },
    ],
  });
}
