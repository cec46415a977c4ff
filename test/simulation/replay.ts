/** `npm exec node test/simulation/replay.ts teamtailor 42 [defect]` plays one schedule again and says what happens in it. */
import { ATS_NAMES } from "./ats.ts";
import { plant } from "./defects.ts";

const [name, seed, ...words] = process.argv.slice(2);
const ats = ATS_NAMES.find((known) => known === name);
if (ats === undefined || !Number.isInteger(Number(seed))) {
  console.error(`npm exec node test/simulation/replay.ts ${ATS_NAMES.join("|")} SEED [DEFECT]`);
  process.exit(2);
}
if (words.length > 0) plant(words.join(" "));
const { playPush } = await import("./push-schedule.ts");
const { trace, wrong } = await playPush(ats, Number(seed), true);
console.log(trace.join("\n"));
console.log(wrong.length > 0 ? wrong.map((what) => `✗ ${what}`).join("\n") : "All is well.");
process.exitCode = wrong.length > 0 ? 1 : 0;
