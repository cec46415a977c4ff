import { createHash } from "node:crypto";
import { fileOf } from "./flatchr-candidates.ts";
import { refusal } from "./flatchr-settings.ts";
import { companyOf, type FlatchrState } from "./flatchr-state.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { Route, SimulatedAnswer } from "./simulator.ts";

/**
 * The CV of a candidate: https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_CV
 * Its key and extension come from the move; the API key stands in the query; one request a second for each company.
 */
export function fileRoutes(state: FlatchrState): Route[] {
  const countRequest = createRateLimit(state.settings);
  return [
    {
      method: "GET",
      pattern: "/company/:companyId/files/expire",
      handle: ({ parameters, query, origin }) => {
        const { settings } = state;
        const company = companyOf(state, parameters.companyId);
        const missing = ["key", "extension", "token"].find((name) => !query.get(name));
        if (missing) throw refusal(settings, 400, `"${missing}" is required`);
        if (!state.keys.has(query.get("token") ?? "")) throw refusal(settings, 401, "Invalid token");
        const pace = { limit: 1, periodInMs: settings.fileIntervalInMs, window: "sliding" } as const;
        if (!countRequest(company.id, pace).isAllowed) throw refusal(settings, 429, "Rate limit exceeded");

        const key = query.get("key") ?? "";
        const { cv } = candidateWith(state, key) ?? {};
        if (cv?.extension !== query.get("extension")) throw refusal(settings, 404, "File not found");
        if (settings.file === "bytes") return bytesOf(state, key);
        const path = `${encodeURIComponent(key)}.${cv?.extension}`;
        const location = `${origin}/storage/${path}?X-Amz-Signature=${signatureOf(key)}`;
        return { status: 302, headers: { location } };
      },
    },
    {
      // In place of the object storage that signed addresses lead to; it takes no API key.
      method: "GET",
      pattern: "/storage/:file",
      handle: ({ parameters, query }) => {
        const key = (parameters.file ?? "").replace(/\.[^./]*$/, "");
        const isSigned = query.get("X-Amz-Signature") === signatureOf(key);
        if (isSigned && candidateWith(state, key)) return bytesOf(state, key);
        const [status, code] = isSigned ? [404, "NoSuchKey"] : [403, "AccessDenied"];
        const headers = { "content-type": "application/xml" };
        return { status, headers, body: `<Error><Code>${code}</Code></Error>` };
      },
    },
  ];
}

export function signatureOf(key: string): string {
  return createHash("sha256").update(`signature ${key}`).digest("hex");
}

function candidateWith(state: FlatchrState, key: string) {
  return state.candidates.values().find(({ cv }) => cv?.key === key);
}

function bytesOf(state: FlatchrState, key: string): SimulatedAnswer {
  const { bytes, contentType } = fileOf(state, key);
  return { status: 200, headers: { "content-type": contentType }, body: bytes };
}
