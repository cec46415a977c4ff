/** The dashboard as a picture: drawn from its definition, so that it shows what is deployed, with invented figures. */
import { scaleLinear } from "d3-scale";
import { area, line as lineShape, stack } from "d3-shape";
import { widgets } from "../../infra/dashboard.ts";
import type { ChartProperties, Widget } from "../../infra/widgets.ts";
import { FIRST_HOUR, HOURS, RINGING, STEPS_AN_HOUR, samplesOf } from "./dashboard-samples.ts";
import { checkedSamples } from "./sample-workflows.ts";

const COLUMN = 58;
const ROW = 36;
const GAP = 8;
const PALETTE = ["#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#17becf", "#e377c2", "#7f7f7f"];
const STACK_NAME = "hrflow-relay-production";

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Series {
  label: string;
  color: string;
  values: (number | undefined)[];
}

export function dashboardPicture(): string {
  const all = widgets(checkedSamples);
  const width = 24 * COLUMN + GAP;
  const height = Math.max(...all.map((widget) => widget.y + widget.height)) * ROW + GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#16191f">`,
    "<title>The dashboard of HrFlow Relay, with invented figures: Teamtailor has been down since noon</title>",
    `<rect width="${width}" height="${height}" fill="#eceff1"/>`,
    ...all.flatMap(drawWidget),
    "</svg>\n",
  ].join("\n");
}

function drawWidget({ x, y, width, height, properties }: Widget): string[] {
  const box = {
    left: x * COLUMN + GAP,
    top: y * ROW + GAP,
    width: width * COLUMN - GAP,
    height: height * ROW - GAP,
  };
  const card = `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" rx="4" fill="#fff"/>`;
  if ("markdown" in properties) return [card, ...drawText(properties.markdown, box)];
  const title = text(box.left + 12, box.top + 19, properties.title, 'font-weight="bold" font-size="12"');
  if ("alarms" in properties) return [card, title, ...drawAlarms(properties.alarms, box)];
  return [card, title, ...drawChart(properties, box)];
}

const CHARACTERS_A_LINE = 225;

function drawText(markdown: string, { left, top }: Box): string[] {
  const words = markdown.replaceAll("**", "").replaceAll(`\${AWS::StackName}`, STACK_NAME).split(" ");
  const lines = [""];
  for (const word of words) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length > CHARACTERS_A_LINE) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`.trim();
  }
  return lines.map((content, index) => text(left + 12, top + 22 + index * 16, content, 'font-size="12"'));
}

function drawAlarms(arns: readonly string[], { left, top, width }: Box): string[] {
  const columns = Math.ceil(arns.length / 3);
  const size = (width - 24) / columns;
  return arns.flatMap((arn, index) => {
    const id = /\$\{(.+)\.Arn\}/.exec(arn)?.[1] ?? "";
    const isRinging = RINGING.test(id);
    const [x, y] = [left + 12 + (index % columns) * size, top + 28 + Math.floor(index / columns) * 23];
    const [fill, border] = isRinging ? ["#fde8e6", "#d13212"] : ["#eef6ec", "#7fb37a"];
    const short = shortName(id).slice(0, size / 5.2);
    return [
      `<rect x="${round(x)}" y="${y}" width="${round(size - 6)}" height="19" rx="3" fill="${fill}" stroke="${border}"/>`,
      text(round(x + 6), y + 13, short, `font-size="9.5" fill="${isRinging ? "#b0260d" : "#3a5a36"}"`),
    ];
  });
}

/** `AlarmFunctionErrorsPushDashprofileDashtoDashflatchr` → "Function errors → flatchr" */
function shortName(id: string): string {
  const words = id
    .replace(/^Alarm/, "")
    .replaceAll("Dash", "-")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  return words
    .replace("Push-profile-to-", "→ ")
    .replace("Update-profiles-in-hrflow-from-", "← ")
    .replaceAll(/ [A-Z]/g, (letter) => letter.toLowerCase());
}

function drawChart(properties: ChartProperties, box: Box): string[] {
  const series = properties.metrics.map((metric, index): Series => {
    const options = metric.at(-1) as { label: string; color?: string };
    const color = options.color ?? PALETTE[index % PALETTE.length] ?? "";
    return { label: options.label, color, values: samplesOf(metric) };
  });
  const rows = legendRows(series, box.width - 24);
  const plot = {
    left: box.left + 52,
    top: box.top + 42,
    width: box.width - 66,
    height: box.height - 64 - 14 * rows.length,
  };
  const layers = properties.stacked
    ? stacked(series)
    : series.map(({ values }) => values.map((v) => [0, v] as const));
  const highest = Math.max(1, ...layers.flat().map(([, value]) => value ?? 0));
  const x = scaleLinear([0, HOURS], [plot.left, plot.left + plot.width]);
  const y = scaleLinear([0, highest], [plot.top + plot.height, plot.top]).nice(4);

  const axes = [
    text(plot.left - 40, box.top + 35, properties.yAxis.left.label, 'font-size="9.5" fill="#687078"'),
    ...y
      .ticks(4)
      .flatMap((tick) => [
        `<path d="M${plot.left} ${round(y(tick))}h${plot.width}" stroke="#e3e6e8"/>`,
        text(
          plot.left - 6,
          round(y(tick) + 3),
          y.tickFormat(4, "~s")(tick),
          'font-size="9.5" fill="#687078" text-anchor="end"',
        ),
      ]),
    ...[0.5, 6.5, 12.5, 18.5, 23.5].map((hour) => {
      const hourOfDay = String(Math.floor((FIRST_HOUR + hour) % 24)).padStart(2, "0");
      const at = `x="${round(x(hour))}" y="${plot.top + plot.height + 13}"`;
      return `<text ${at} font-size="9.5" fill="#687078" text-anchor="middle">${hourOfDay}:00</text>`;
    }),
  ];
  const shapes = layers.map((layer, index) => {
    const points = layer.flatMap(([from, to], step): [number, number, number][] =>
      to === undefined ? [] : [[step / STEPS_AN_HOUR, from ?? 0, to]],
    );
    const color = series[index]?.color;
    if (properties.stacked) {
      const shape = area<[number, number, number]>(
        ([hour]) => x(hour),
        ([, from]) => y(from),
        ([, , to]) => y(to),
      ).digits(1);
      return `<path d="${shape(points) ?? ""}" fill="${color}" fill-opacity="0.75"/>`;
    }
    const shape = lineShape<[number, number, number]>(
      ([hour]) => x(hour),
      ([, , value]) => y(value),
    ).digits(1);
    return `<path d="${shape(points) ?? ""}" fill="none" stroke="${color}" stroke-width="1.6"/>`;
  });
  const legend = rows.flatMap((row, rowIndex) => {
    const top = box.top + box.height - 14 * (rows.length - rowIndex) + 4;
    return row.flatMap(({ label, color, offset }) => [
      `<rect x="${box.left + 12 + offset}" y="${top - 8}" width="9" height="9" fill="${color}"/>`,
      text(box.left + 25 + offset, top, label, 'font-size="10"'),
    ]);
  });
  return [...axes, ...shapes, ...legend];
}

/** Each layer from the top of the one below; nothing counts as 0. */
function stacked(series: readonly Series[]): (readonly [number, number])[][] {
  const steps = series[0]?.values.map((_, step) => series.map(({ values }) => values[step] ?? 0)) ?? [];
  const layers = stack<number[], number>()
    .keys(series.map((_, index) => index))
    .value((values, index) => values[index] ?? 0)(steps);
  return layers.map((layer) => layer.map(([from, to]) => [from, to] as const));
}

const CHARACTER = 5.6;

function legendRows(series: readonly Series[], width: number) {
  const rows: { label: string; color: string; offset: number }[][] = [[]];
  let offset = 0;
  for (const { label, color } of series) {
    const needed = 28 + Math.ceil(label.length * CHARACTER);
    if (offset > 0 && offset + needed > width) {
      rows.push([]);
      offset = 0;
    }
    rows.at(-1)?.push({ label, color, offset });
    offset += needed;
  }
  return rows;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text x="${x}" y="${y}" ${attributes}>${safe}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
