/** The read-only page at http://localhost:3000/: what the local system holds, as it changes. */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { OperationCounts } from "../aws/operation-counts.ts";
import { type PageSources, readPageState } from "./state.ts";
import { mainHtml, pageHtml } from "./view.ts";

export interface Page {
  /** Answers a request for one of the page's paths; false for any other path, which is left untouched. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  stop(): void;
}

/** How often it is looked whether something has changed, while somebody watches. */
const LOOK_EVERY_MS = 500;
/** Reading the state takes at most one part in so many of the time: a large table is read less often. */
const READING_SHARE = 10;

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const FILES: Record<string, { type: string; url: string }> = {
  "/page.css": { type: "text/css; charset=utf-8", url: import.meta.resolve("./page.css") },
  "/page.js": { type: "text/javascript; charset=utf-8", url: import.meta.resolve("./page.js") },
  "/page.svg": { type: "image/svg+xml", url: import.meta.resolve("./page.svg") },
  "/idiomorph.js": {
    type: "text/javascript; charset=utf-8",
    url: import.meta.resolve("idiomorph/dist/idiomorph.esm.js"),
  },
};

export function openPage(sources: PageSources & { operations: OperationCounts }): Page {
  const watchers = new Map<ServerResponse, string>();
  let shownVersion: string | undefined;
  let notBefore = 0;
  let isReading = false;
  let timer: NodeJS.Timeout | undefined;

  /** Sends the state to whoever watches, when it may have changed. */
  async function look(): Promise<void> {
    const version = versionOf(sources);
    if (isReading || version === shownVersion || Date.now() < notBefore) return;
    isReading = true;
    try {
      const startedAt = Date.now();
      const state = await readPageState(sources);
      notBefore = Date.now() + (Date.now() - startedAt) * READING_SHARE;
      shownVersion = version;
      for (const [response, origin] of watchers) send(response, await mainHtml(state, origin));
    } catch {
      // The table is busy, or the system is being stopped: the next look will tell.
    } finally {
      isReading = false;
    }
  }

  async function watch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    response.flushHeaders();
    watchers.set(response, originOf(request));
    shownVersion = undefined; // Whoever is new has seen nothing yet.
    response.on("close", () => {
      watchers.delete(response);
      if (watchers.size === 0) stopLooking();
    });
    timer ??= setInterval(look, LOOK_EVERY_MS);
    await look();
  }

  function stopLooking(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    async answer(request, response) {
      const [path = "/"] = (request.url ?? "/").split("?");
      const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
      if (!file && path !== "/" && path !== "/events") return false;
      request.resume();
      const refusal = refusalOf(request);
      if (refusal) {
        response.writeHead(refusal.status, { ...HEADERS, ...refusal.headers, "content-type": "text/plain" });
        response.end(`${refusal.message}\n`);
      } else if (file) {
        response.writeHead(200, { ...HEADERS, "content-type": file.type });
        response.end(request.method === "HEAD" ? undefined : readFileSync(fileURLToPath(file.url)));
      } else if (path === "/events" && request.method === "GET") {
        await watch(request, response);
      } else {
        const body = await pageHtml(await readPageState(sources), originOf(request));
        response.writeHead(200, { ...HEADERS, "content-type": "text/html; charset=utf-8" });
        response.end(request.method === "HEAD" ? undefined : body);
      }
      return true;
    },
    stop() {
      stopLooking();
      for (const response of watchers.keys()) response.destroy();
    },
  };
}

interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** It is served to browsers that know this machine by its own names: a name that someone has pointed here is not one. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

function refusalOf({ method, headers }: IncomingMessage): Refusal | undefined {
  if (!LOOPBACK_HOST.test(headers.host ?? ""))
    return { status: 403, message: "This page is served to this machine only: open it by http://localhost" };
  if (method !== "GET" && method !== "HEAD")
    return { status: 405, message: "This page can only be read", headers: { allow: "GET, HEAD" } };
  return undefined;
}

function originOf({ headers }: IncomingMessage): string {
  return `http://${headers.host}`;
}

function send(response: ServerResponse, html: string): void {
  response.write(`data: ${JSON.stringify(html)}\n\n`);
}

const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"];

/** Another text when something may have changed; it is found without reading the table. */
function versionOf({
  operations,
  workflows,
  waiting,
  deadLetters,
  hasSecret,
}: Parameters<typeof openPage>[0]) {
  const writes = WRITES.map((name) => operations.get(name) ?? 0);
  const actions = [...new Set(workflows.map(({ action }) => action))];
  const queued = actions.map((action) => waiting(action.replaceAll("_", "-")).length);
  const secrets = workflows.map((one) => hasSecret(one.hrflowSecret) && hasSecret(one.connectorSecret));
  return [...writes, ...queued, ...secrets, deadLetters().length].join(" ");
}
