/** `npm run bench`: every figure beside its floor, in one run of at most five minutes; the results go to docs/performance.md. */
import { writeFileSync } from "node:fs";
import { buildBundles, sizeFigures } from "./bundles.ts";
import { benchColdStart } from "./cold-start.ts";
import { type Figure, isReached, toTable } from "./figure.ts";
import { benchOwnCpu } from "./own-cpu.ts";
import { toPicture } from "./picture.ts";
import { benchPush } from "./push.ts";
import { benchRateLimits } from "./rate-limits.ts";
import { benchReceiver } from "./receiver.ts";
import { benchUpdate } from "./update.ts";

const begun = Date.now();
const { bundles, remove } = await buildBundles();
const figures: Figure[] = [
  ...sizeFigures(bundles),
  ...(await benchColdStart(bundles)),
  ...(await benchReceiver(bundles)),
  ...(await benchPush()),
  ...(await benchOwnCpu()),
  ...(await benchRateLimits()),
  ...(await benchUpdate()),
];
remove();
const table = toTable(figures);
console.log(table);
console.log(
  `${figures.filter(isReached).length} of ${figures.length} goals reached, in ${Math.round((Date.now() - begun) / 1000)} s`,
);

const PAGE = `# Performance

Written by \`npm run bench\`. Each figure is a ratio to a floor or a peer that was measured in the same run, on the same
machine, with simulated vendors and local stand-ins for AWS: it says how much Relay adds, not how fast AWS or a vendor is.

![Each figure beside its goal](performance.svg)

${table}
`;
writeFileSync(new URL("../docs/performance.md", import.meta.url), PAGE);
writeFileSync(new URL("../docs/performance.svg", import.meta.url), toPicture(figures));
process.exit(0);
