/** Prints what failed in the test reports, and why; then the counts. */
import { readFileSync } from "node:fs";

const reports = ["test", "proof", "browser"].map((name) =>
  JSON.parse(readFileSync(`${name}-report.json`, "utf8")),
);
const files = reports.flatMap(({ testResults }) => testResults);
for (const { name, status, message, assertionResults } of files) {
  if (status === "failed" && message) console.log(`FAILED ${name}\n${message.slice(0, 1500)}\n`);
  for (const { fullName, status, failureMessages } of assertionResults)
    if (status === "failed")
      console.log(`FAILED ${name}: ${fullName}\n${failureMessages.join("\n").slice(0, 1500)}\n`);
}
const sum = (number) => reports.reduce((total, report) => total + number(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
// A file that cannot be loaded has no test that failed.
const failed = sum(
  ({ numFailedTests, numFailedTestSuites }) => numFailedTests || Math.min(numFailedTestSuites, 1),
);
console.log(`${passed} passed, ${failed} failed`);
