/** The proofs: what takes minutes and cores, apart from the tests of every change. `npm run test:proof` */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.proof.ts"],
    // One file after the other: each takes all cores by itself.
    fileParallelism: false,
    testTimeout: 900_000,
    disableConsoleIntercept: true,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: "proof-report.json" }]] : ["default"],
  },
});
