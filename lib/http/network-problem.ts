import { UnreadableAnswerError } from "./answer.ts";

/** Failures that happen before a request has left: it had no effect. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Why no whole answer came, and whether the call may have taken effect all the same. */
export function describeNetworkProblem(error: unknown): {
  code: string;
  text: string;
  effect: "none" | "unknown";
} {
  if (error instanceof UnreadableAnswerError) {
    return { code: "unreadable", text: `200 but ${error.message}`, effect: "unknown" };
  }
  const code = causes(error)
    .map((cause) => ("code" in cause && typeof cause.code === "string" ? cause.code : ""))
    .find((found) => found !== "");
  if (code && NOT_SENT.has(code)) return { code, text: `could not be reached (${code})`, effect: "none" };
  if (causes(error).some((cause) => cause.name === "TimeoutError" || cause.name === "AbortError")) {
    return { code: "timeout", text: "gave no answer in time", effect: "unknown" };
  }
  return { code: code ?? "network", text: `the connection broke (${code ?? "no code"})`, effect: "unknown" };
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error && chain.length < 10; cause = cause.cause) chain.push(cause);
  return chain;
}
