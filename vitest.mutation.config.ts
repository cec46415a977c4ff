import { defineConfig } from "vitest/config";

/** The tests that `npm run test:mutation` runs against each changed line: those nearest to what is changed. */
export default defineConfig({
  test: {
    include: [
      "test/mutation/*.mutation.ts",
      "test/hrflow/webhook-signature.test.ts",
      "test/push/push.test.ts",
      "test/update/update.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
