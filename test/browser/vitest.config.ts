import { defineConfig } from "vitest/config";

/** `npm run test:browser`: beside `npm test`, for it needs a browser. */
export default defineConfig({
  test: {
    include: ["test/browser/*.browser.ts"],
    // The first time, a browser may have to be installed.
    hookTimeout: 300_000,
    testTimeout: 60_000,
    reporters: process.env.CI ? ["default", ["json", { outputFile: "browser-report.json" }]] : ["default"],
  },
});
