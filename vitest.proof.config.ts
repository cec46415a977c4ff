import { defineConfig } from "vitest/config";

/** What takes minutes: no part's own tests, but proofs that the whole keeps its promises. */
export const PROOFS = [
  "test/simulation/*.proof.ts",
  "test/update-model/*.proof.ts",
  "test/attacks/generated.test.ts",
  "test/canaries/*.test.ts",
  "test/faults/*.test.ts",
  "test/system/*.test.ts",
];

/** `npm run test:proof`, beside `npm test`. */
export default defineConfig({
  test: {
    include: PROOFS,
    fileParallelism: false, // The simulations take all cores by themselves.
    testTimeout: 900_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    disableConsoleIntercept: true,
    reporters: process.env.CI ? ["default", ["json", { outputFile: "proof-report.json" }]] : ["default"],
  },
});
