import type { TestEnvironment } from "./environment.ts";

/** The sum of what was measured, by metric and dimensions: `{ "pushes_created acme push_profile_to_teamtailor": 1 }`. */
export function measurements({ measured }: Pick<TestEnvironment, "measured">): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of measured.map((text) => JSON.parse(text))) {
    for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
      const [names]: string[][] = Dimensions;
      for (const { Name } of Metrics) {
        const key = [Name, ...(names ?? []).map((name) => line[name])].join(" ");
        const values: number[] = [line[Name]].flat();
        sums[key] = values.reduce((sum, value) => sum + value, sums[key] ?? 0);
      }
    }
  }
  return sums;
}
