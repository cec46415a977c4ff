import { defineConfig } from "vitest/config";

/** `npm run test:proof`: beside `npm test`, for it takes minutes and all cores. */
export default defineConfig({
  test: {
    include: ["test/simulation/*.proof.ts", "test/update-model/*.proof.ts"],
    fileParallelism: false, // Each file takes all cores by itself.
    testTimeout: 900_000,
    disableConsoleIntercept: true,
    reporters: process.env.CI ? ["default", ["json", { outputFile: "proof-report.json" }]] : ["default"],
  },
});
