/** The page's one script: values under the pointer. Nothing needs it for reading. */
export const script = `
"use strict";
const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);

const number = (value) => {
  const size = Math.abs(value);
  const places = size === 0 || size >= 1000 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return value.toLocaleString("en-US", { maximumFractionDigits: places });
};
const amount = (value, unit) => (unit === "" ? number(value) : number(value) + " " + unit);
const duration = (ms) => {
  const minutes = Math.round(ms / 60000);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor((minutes % 1440) / 60), "h"], [minutes % 60, "min"]];
  return Math.abs(ms) < 60000 ? number(ms / 1000) + " s" : parts.filter(([count]) => count > 0).map(([count, unit]) => count + " " + unit).join(" ");
};
const when = (kind, value, unit) => {
  if (kind === "utc") return new Date(value).toISOString().slice(0, 16).replace("T", " ") + " UTC";
  return kind === "elapsed" ? duration(value) : amount(value, unit);
};
const along = (scale, fraction) => {
  const [kind, low, high] = [scale.split(" ")[0], ...scale.split(" ").slice(1).map(Number)];
  if (kind === "linear") return low + (high - low) * fraction;
  return 10 ** (Math.log10(low) + (Math.log10(high) - Math.log10(low)) * fraction);
};

const pathsOf = new WeakMap();
const pointsOf = (path) => {
  if (pathsOf.has(path)) return pathsOf.get(path);
  const points = [];
  let y = 0;
  for (const [, command, first, second] of path.getAttribute("d").matchAll(/([MLHV])(-?[\\d.]+)(?: (-?[\\d.]+))?/g)) {
    if (command === "V") y = points.length > 0 ? (points[points.length - 1].y = Number(first)) : y;
    else points.push({ x: Number(first), y: (y = second === undefined ? y : Number(second)), held: command === "H" });
  }
  pathsOf.set(path, points);
  return points;
};
const nearest = (points, x) => {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].x < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  // A step holds until the next one; else the nearer point counts, if it is near.
  if (before !== undefined && after.held && after.x > x) return before;
  const point = before !== undefined && x - before.x < after.x - x ? before : after;
  return point === undefined || Math.abs(point.x - x) > 30 ? undefined : point;
};

const lineWords = (probe, x) => {
  const box = probe.getBBox();
  const values = [...probe.ownerSVGElement.querySelectorAll("path.line")].flatMap((path) => {
    const point = nearest(pointsOf(path), x);
    if (point === undefined) return [];
    return [path.dataset.name + ": " + amount(along(probe.dataset.y, 1 - (point.y - box.y) / box.height), probe.dataset.yUnit)];
  });
  return [when(probe.dataset.kind, along(probe.dataset.x, (x - box.x) / box.width), probe.dataset.unit), ...values].join("\\n");
};

const cellWords = (probe, x, y) => {
  const box = probe.getBBox();
  const rows = JSON.parse(probe.dataset.rows);
  const cells = probe.dataset.cells.split(" ");
  const row = Math.min(rows.length - 1, Math.max(0, Math.floor(((y - box.y) / box.height) * rows.length)));
  const count = cells[0].length / 2;
  const column = Math.min(count - 1, Math.max(0, Math.floor(((x - box.x) / box.width) * count)));
  const code = cells[row].slice(column * 2, column * 2 + 2);
  const least = Number(probe.dataset.least);
  const value = code === "--" ? "no value" : amount(least + ((Number(probe.dataset.most) - least) * parseInt(code, 36)) / 1295, probe.dataset.yUnit);
  const at = probe.dataset.kind === "names" ? JSON.parse(probe.dataset.columns)[column]
    : "from " + when(probe.dataset.kind, Number(probe.dataset.from) + column * Number(probe.dataset.step), "");
  return rows[row] + "\\n" + at + "\\n" + value;
};

const show = (event) => {
  const probe = event.target.closest?.(".probe");
  tip.hidden = !probe;
  if (!probe) return;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(probe.getScreenCTM().inverse());
  tip.textContent = probe.dataset.cells === undefined ? lineWords(probe, at.x) : cellWords(probe, at.x, at.y);
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8)) + "px";
  tip.style.top = (event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18) + "px";
};
document.addEventListener("pointermove", show);
document.addEventListener("pointerdown", show);
document.addEventListener("pointerleave", () => { tip.hidden = true; });
document.addEventListener("scroll", () => { tip.hidden = true; }, true);
`;
