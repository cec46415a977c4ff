import { readFileSync } from "node:fs";

/** The most memory that this process has had. `maxRSS` would begin with what its parent had. On Linux. */
export function peakInKilobytes(): number {
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes);
}
