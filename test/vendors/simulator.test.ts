import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStorage } from "../../local/vendors/collection.ts";
import { type Simulator, startSimulator } from "../../local/vendors/simulator.ts";

async function startNotes(dataFile?: string): Promise<Simulator> {
  const storage = openStorage(dataFile);
  const notes = storage.collection<{ text: unknown }>("notes");
  const simulator = await startSimulator({
    basePath: "/v1",
    routes: [
      {
        method: "POST",
        pattern: "/notes",
        handle: (request) => {
          const id = String(storage.nextNumber("note"));
          notes.set(id, { text: request.json() });
          return { status: 201, body: { id }, changed: true };
        },
      },
      {
        method: "GET",
        pattern: "/notes/:id",
        handle: ({ parameters }) => {
          const note = notes.get(parameters.id ?? "");
          return note ? { status: 200, body: note } : { status: 404, body: { message: "unknown" } };
        },
      },
      {
        method: "POST",
        pattern: "/echo-form",
        write: false,
        handle: async (request) => {
          const form = await request.form();
          const file = form.get("file");
          if (!(file instanceof File)) return { status: 400, body: {} };
          return { status: 200, body: { name: file.name, size: file.size, note: form.get("note") } };
        },
      },
    ],
    onStop: () => storage.close(),
  });
  onTestFinished(() => simulator.stop());
  return simulator;
}

const post = (simulator: Simulator, text: string, init: RequestInit = {}) =>
  fetch(`${simulator.url}/notes`, { method: "POST", body: JSON.stringify(text), ...init });
const get = (simulator: Simulator, id: number) => fetch(`${simulator.url}/notes/${id}`);

test("a call is recorded with its route, its status and whether it changed something", async () => {
  const simulator = await startNotes();
  await post(simulator, "first");
  expect(await (await get(simulator, 1)).json()).toEqual({ text: "first" });
  expect((await fetch(`${simulator.url}/elsewhere?key=1`)).status).toBe(404);
  expect((await post(simulator, "", { body: "{" })).status).toBe(400);

  expect(simulator.calls.map(({ at, ...call }) => call)).toEqual([
    { method: "POST", path: "/v1/notes", route: "POST /notes", status: 201, changed: true, write: true },
    {
      method: "GET",
      path: "/v1/notes/1",
      route: "GET /notes/:id",
      status: 200,
      changed: false,
      write: false,
    },
    { method: "GET", path: "/v1/elsewhere", route: "GET unknown", status: 404, changed: false, write: false },
    { method: "POST", path: "/v1/notes", route: "POST /notes", status: 400, changed: false, write: true },
  ]);
});

test("a vendor without a server answers in the process of its caller, with the same record and the same faults", async () => {
  const hello = { method: "GET", pattern: "/hello", handle: () => ({ status: 200, body: { hello: "you" } }) };
  const simulator = await startSimulator({ origin: "http://vendor.example", routes: [hello] });
  const ask = () => simulator.fetch("http://vendor.example/hello");
  expect(await (await ask()).json()).toEqual({ hello: "you" });

  simulator.failNext({}, { kind: "status", status: 503 });
  expect((await ask()).status).toBe(503);
  simulator.failNext({}, { kind: "reset", when: "after" });
  await expect(ask()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  simulator.failNext({}, { kind: "cut_body", when: "after" });
  await expect((await ask()).text()).rejects.toThrow("terminated");
  simulator.failNext({}, { kind: "never" });
  const signal = AbortSignal.timeout(10);
  await expect(simulator.fetch("http://vendor.example/hello", { signal })).rejects.toThrow("timeout");
  expect(simulator.calls.map(({ status }) => status)).toEqual([200, 503, "reset", 200, "never"]);
});

test("a multipart body is understood, and is no write where the route says so", async () => {
  const simulator = await startNotes();
  const form = new FormData();
  form.set("file", new File([new Uint8Array([0, 255, 10])], "résumé.pdf"));
  form.set("note", "é");
  const answer = await fetch(`${simulator.url}/echo-form`, { method: "POST", body: form });
  expect(await answer.json()).toEqual({ name: "résumé.pdf", size: 3, note: "é" });
  expect(simulator.calls.at(-1)?.write).toBe(false);
});

test("a reset before the effect leaves nothing behind, a reset after it does", async () => {
  const simulator = await startNotes();
  simulator.failNext({ method: "POST" }, { kind: "reset" });
  await expect(post(simulator, "lost")).rejects.toThrow("fetch failed");
  expect((await get(simulator, 1)).status).toBe(404);

  simulator.failNext({ route: "POST /notes" }, { kind: "reset", when: "after" });
  await expect(post(simulator, "kept")).rejects.toThrow("fetch failed");
  expect((await get(simulator, 1)).status).toBe(200);
  expect(simulator.calls.filter((call) => call.status === "reset").map((call) => call.changed)).toEqual([
    false,
    true,
  ]);
});

test("an unanswered request holds until the client gives up", async () => {
  const simulator = await startNotes();
  simulator.failNext({}, { kind: "never", when: "after" });
  await expect(post(simulator, "held", { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
  expect(simulator.calls.at(-1)).toMatchObject({ status: "never", changed: true });
});

test("faults of an answer: status with headers, page of a proxy, JSON cut off, connection cut, no HTTP", async () => {
  const simulator = await startNotes();
  const fault = {
    kind: "status",
    status: 429,
    headers: { "Retry-After": "7" },
    body: { error: "slow down" },
  };
  simulator.failNext({}, { ...fault, kind: "status" });
  const limited = await post(simulator, "x");
  expect([limited.status, limited.headers.get("retry-after"), await limited.json()]).toEqual([
    429,
    "7",
    { error: "slow down" },
  ]);

  simulator.failNext({}, { kind: "html", status: 200 });
  const page = await post(simulator, "x");
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);

  simulator.failNext({}, { kind: "truncated_json", when: "after" });
  const truncated = await post(simulator, "x");
  expect(truncated.status).toBe(201);
  await expect(truncated.json()).rejects.toThrow(SyntaxError);

  simulator.failNext({}, { kind: "cut_body", when: "after" });
  await expect(post(simulator, "x").then((answer) => answer.text())).rejects.toThrow("terminated");

  simulator.failNext({}, { kind: "garbage" });
  await expect(post(simulator, "x")).rejects.toThrow("fetch failed");
  expect((await get(simulator, 2)).status).toBe(200);
});

test("slow answers are true answers", async () => {
  const simulator = await startNotes();
  for (const kind of ["slow", "slow_body"] as const) {
    simulator.failNext({}, { kind, delayInMs: 60 });
    const start = performance.now();
    expect(await (await post(simulator, "x")).json()).toHaveProperty("id");
    expect(performance.now() - start).toBeGreaterThan(50);
  }
});

test("random faults are the same for the same seed, and end with recover", async () => {
  const statuses = async (simulator: Simulator) => {
    const answers: number[] = [];
    for (let index = 0; index < 20; index++) answers.push((await get(simulator, 1)).status);
    return answers;
  };
  const [one, other] = [await startNotes(), await startNotes()];
  one.failRandomly(0.5, [{ kind: "status", status: 500 }], 42);
  other.failRandomly(0.5, [{ kind: "status", status: 500 }], 42);
  const first = await statuses(one);
  expect(await statuses(other)).toEqual(first);
  expect(new Set(first)).toEqual(new Set([404, 500]));
  one.recover();
  expect(new Set(await statuses(one))).toEqual(new Set([404]));
});

test("with a data file the state is there again after a restart, in its order", async () => {
  const directory = mkdtempSync(join(tmpdir(), "vendor-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const before = openStorage(join(directory, "notes.sqlite"));
  const notes = before.collection<string>("notes");
  for (const key of ["b", "a", "c"]) notes.set(key, `note ${key}`);
  notes.delete("a");
  notes.set("b", "note b, changed");
  before.nextNumber("note");
  // The first is still open, as after a SIGKILL that closed nothing.
  const after = openStorage(join(directory, "notes.sqlite"));
  expect(after.collection("notes").values()).toEqual(["note b, changed", "note c"]);
  expect(after.nextNumber("note")).toBe(2);
  before.close();
  after.close();
});

test("stop ends held and idle connections", async () => {
  const simulator = await startNotes();
  simulator.failNext({}, { kind: "never" });
  const held = get(simulator, 1);
  while (simulator.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([simulator.stop(), expect(held).rejects.toThrow("fetch failed")]);
});
