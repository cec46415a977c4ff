import { configDefaults, defineConfig } from "vitest/config";
import { PROOFS } from "./vitest.proof.config.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...PROOFS],
    // Real servers and processes: generous for a loaded machine, and never what a test measures.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report.json" }]] : ["default"],
    coverage: {
      provider: "v8",
      include: ["lib/**", "functions/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
