import * as v from "valibot";

/**
 * What valibot found wrong, one sentence each, for a person: field first, then the reason. Values are not quoted, since
 * they may be credentials or personal data.
 *
 * @param knownKeys the keys that the checked object takes, to be named beside an unknown one
 */
export function describeIssues(
  issues: readonly v.BaseIssue<unknown>[],
  knownKeys: readonly string[] = [],
): string[] {
  return issues.map((issue) => {
    const field = v.getDotPath(issue);
    const problem = describeIssue(issue, knownKeys);
    return field === null ? problem : `${field} ${problem}`;
  });
}

function describeIssue(issue: v.BaseIssue<unknown>, knownKeys: readonly string[]): string {
  const isKey = issue.kind === "schema" && issue.type === "strict_object";
  if (isKey && issue.expected === "never") {
    return knownKeys.length > 0
      ? `is unknown; known are ${knownKeys.join(", ")}`
      : "is unknown: it takes no keys";
  }
  if (issue.kind === "schema" && issue.received === "undefined") return "is required";
  // The messages that we write begin with "must"; valibot's own quote what they received.
  if (issue.message.startsWith("must ")) return issue.message;
  if (issue.type === "non_empty") return "must not be empty";
  if (issue.expected === null) return "is not valid";
  return `must be ${issue.expected
    .replace(/^\((.*)\)$/, "$1")
    .split(" | ")
    .map((type) => TYPES_IN_WORDS[type] ?? type)
    .join(" or ")
    .replaceAll('"', "'")}`;
}

/** What valibot expects, as a person says it. */
const TYPES_IN_WORDS: Record<string, string> = {
  Array: "a list",
  Object: "an object",
  boolean: "true or false",
  number: "a number",
  string: "a string",
};
