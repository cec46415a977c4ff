/** The tests that `npm run test:mutation` runs against each changed line: those nearest to the code that is changed. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "test/hrflow/webhook-signature.test.ts",
      "test/receive/*.test.ts",
      "test/push/{push,queue,queue-retries}.test.ts",
      "test/connectors/teamtailor-conformance.test.ts",
      "test/update/{update,queue}.test.ts",
      "test/connectors/flatchr-update.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
