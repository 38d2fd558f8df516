import { chartWidth, letterSize } from "./drawing.ts";
import { drawLines, type LineChart } from "./line-chart.ts";
import { html } from "./markup.ts";
import { imageStyle } from "./style.ts";
import { cutText } from "./text-width.ts";

const headHeight = 34;
const titleHeight = 26;
const between = 10;

/** Charts of lines one under the other as an SVG file that stands alone: always light, with its style inside. */
export function lineImage(title: string, charts: readonly LineChart[]): string {
  let y = headHeight;
  const panels = charts.map((chart) => {
    const { height, drawing } = drawLines(chart);
    const panel = html`<g transform="translate(0 ${y})"><text x="4" y="16" class="strong">${chart.title}</text><g transform="translate(0 ${titleHeight})">
${drawing}</g></g>
`;
    y += titleHeight + height + between;
    return panel;
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chartWidth} ${Math.ceil(y)}" width="${chartWidth}" height="${Math.ceil(y)}" role="img">
<title>${title}</title><desc>${charts.map(({ words }) => words).join(" ")}</desc><style>${{ markup: imageStyle }}</style>
<rect width="${chartWidth}" height="${Math.ceil(y)}" fill="#fff"/>
<text x="4" y="22" class="strong large">${cutText(title, letterSize * 1.4, chartWidth - 8)}</text>
${panels}</svg>
`.markup;
}
