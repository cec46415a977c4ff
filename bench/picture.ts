/** The figures as a picture: each as a share of its goal, so that all have one scale. */
import { scaleLinear } from "d3-scale";
import { type Figure, goalOf, isReached, median } from "./figure.ts";

const WIDTH = 960;
const LABEL_WIDTH = 560;
const ROW_HEIGHT = 22;
const TOP = 34;
/** A bar that is longer ends here. */
const LARGEST_SHARE = 2;

/** An SVG of the figures that have a limit above or below. */
export function toPicture(figures: readonly Figure[]): string {
  const x = scaleLinear([0, LARGEST_SHARE], [LABEL_WIDTH, WIDTH - 20]).clamp(true);
  const shown = figures.filter(({ goal }) => !("exactly" in goal));
  const height = TOP + shown.length * ROW_HEIGHT + 12;
  const bars = shown.map((figure, index) => {
    const y = TOP + index * ROW_HEIGHT;
    const value = median(figure.values);
    const shares = figure.values.map((one) => one / limitOf(figure));
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    const middle = y + ROW_HEIGHT / 2;
    const colour = isReached(figure) ? "#2a7f62" : "#b4541f";
    return [
      `<text x="${LABEL_WIDTH - 12}" y="${middle + 4}" text-anchor="end">${inXml(shorten(figure.what))}</text>`,
      `<rect x="${x(0)}" y="${y + 4}" width="${x(value / limitOf(figure)) - x(0)}" height="${ROW_HEIGHT - 8}" fill="${colour}"/>`,
      `<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="#111" stroke-width="1"/>`,
      `<text x="${WIDTH - 16}" y="${middle + 4}" text-anchor="end" class="value">${inXml(`${Number(value.toFixed(3))} (${goalOf(figure)})`)}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Each figure as a share of its goal" font-family="system-ui, sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${x(1)}" y="18" text-anchor="middle">the goal</text>
<line x1="${x(1)}" x2="${x(1)}" y1="24" y2="${height - 8}" stroke="#111" stroke-dasharray="3 3"/>
${bars.join("\n")}
</svg>
`;
}

function limitOf({ goal }: Figure): number {
  if ("atMost" in goal) return goal.atMost;
  return "atLeast" in goal ? goal.atLeast : goal.exactly;
}

function shorten(text: string): string {
  return text.length > 84 ? `${text.slice(0, 83)}…` : text;
}

function inXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
