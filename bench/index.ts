/** `npm run bench`: every figure as a ratio in one run. */
import { benchRateLimits } from "./rate-limits.ts";
import { toTable } from "./table.ts";

console.log(toTable(await benchRateLimits()));
process.exit(0);
