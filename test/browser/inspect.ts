import type { Page } from "playwright-core";

/** Runs in the page: what stands outside its drawing or lies on another text of it, drawings without a size, and sideways scrolling. */
const layoutProblems = `(() => {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push("the page scrolls sideways: " + root.scrollWidth + " of " + root.clientWidth);
  const words = (text) => [...text.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
  for (const svg of document.querySelectorAll("svg")) {
    const name = svg.getAttribute("aria-label").slice(0, 30);
    const box = svg.getBoundingClientRect();
    if (box.width < 300 || box.height < 60) problems.push(name + " is " + box.width + " x " + box.height);
    const texts = [...svg.querySelectorAll("text")].map((text) => ({ text: words(text), slanted: text.hasAttribute("transform"), box: text.getBoundingClientRect() }));
    for (const { text, box: inner } of texts) {
      const over = Math.max(box.left - inner.left, inner.right - box.right, box.top - inner.top, inner.bottom - box.bottom);
      if (over > 1) problems.push(name + ": '" + text + "' stands out by " + over.toFixed(1));
    }
    texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
      if (a.slanted && b.slanted) return;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > 4) problems.push(name + ": '" + a.text + "' lies on '" + b.text + "'");
    }));
  }
  for (const element of document.querySelectorAll("h1,h2,h3,p,dt,dd,li,td,th,footer")) {
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) problems.push(element.tagName + " is too narrow for: " + element.textContent.slice(0, 30));
  }
  return problems;
})()`;

/** Runs in the page: texts whose colour is too near to the paper's, by the measure of WCAG 2 (4.5 to 1). */
const faintTexts = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = new Set();
  for (const element of document.querySelectorAll("h1,h2,h3,p,dt,dd,li,td,th,a,summary,footer,svg text")) {
    const isDrawn = element.ownerSVGElement != null;
    const style = getComputedStyle(element);
    const shape = element.matches(".on-bar, .flag-word") ? element.previousElementSibling : null;
    const ground = shape ? getComputedStyle(shape).fill : behind(isDrawn ? element.ownerSVGElement : element);
    const [a, b] = [luminance(isDrawn ? style.fill : style.color), luminance(ground)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.add(element.tagName + "." + element.getAttribute("class") + " " + contrast.toFixed(2));
  }
  return [...faint];
})()`;

/** What is wrong with how a page lies on the screen; empty when nothing is. */
export function problemsOfLayout(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(layoutProblems);
}

export function faintTextsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(faintTexts);
}

/** How many sheets of paper it takes. */
export async function sheetCount(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
