import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The tests that `npm run test:mutation` runs against each changed line: those nearest to what is changed, and first those
 * that notice the most in the shortest time, since the first failure ends the matter.
 */
const FILES = [
  "test/hrflow/webhook-signature.test.ts",
  "test/update/cursor.test.ts",
  "test/push/link.test.ts",
  "test/push/time.test.ts",
  "test/push/write.test.ts",
  "test/push/ends.test.ts",
  "test/mutation/engines.mutation.ts",
  "test/push/push.test.ts",
  "test/push/echo.test.ts",
  "test/push/queue.test.ts",
  "test/push/large-cvs.test.ts",
  "test/update/subjects.test.ts",
  "test/update/run-cursor.test.ts",
  "test/update/run-time.test.ts",
  "test/update/lease.test.ts",
  "test/update/run.test.ts",
  "test/update/candidate.test.ts",
  "test/update/write.test.ts",
  "test/update/parsing.test.ts",
  "test/update/echoes.test.ts",
  "test/update/attempt.test.ts",
  "test/update/update.test.ts",
  "test/update/queue.test.ts",
  "test/update/metrics.test.ts",
  "test/update-model/found.test.ts",
];

class InThisOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => FILES.findIndex((file) => moduleId.endsWith(file));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: FILES,
    sequence: { sequencer: InThisOrder },
    isolate: false, // Each module is loaded once for all files: half the time of a run.
    testTimeout: 20_000, // A change that makes a test wait for ever is noticed so soon.
    hookTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
