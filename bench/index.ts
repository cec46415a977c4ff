/** `npm run bench`: every figure as a ratio in one run. */
import { benchRateLimits } from "./rate-limits.ts";
import { toTable } from "./table.ts";
import { benchUpdate } from "./update.ts";

const rows = [...(await benchRateLimits()), ...(await benchUpdate())];
console.log(toTable(rows));
process.exit(0);
