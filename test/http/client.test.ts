import * as v from "valibot";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { VendorError } from "../../lib/errors.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import { answer, CANDIDATE, failureOf, KEY, startTestVendor, type TestVendor } from "./vendor.ts";

let vendor: TestVendor;
beforeAll(async () => {
  vendor = await startTestVendor();
});
afterEach(() => vendor.simulator.recover());
afterAll(() => vendor.stop());

/** How every message about the call begins. */
const who = () => `Acme POST ${vendor.simulator.url}/candidates:`;

describe("a call", () => {
  test("sends JSON with the credential, and answers with the fields that were asked for", async () => {
    expect(await vendor.create()).toEqual({ id: "1" });
    expect(vendor.received()?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      "content-type": "application/json",
    });
    expect(vendor.received()?.json()).toEqual(CANDIDATE);
  });

  test("may send a form, and headers of its own", async () => {
    const form = new FormData();
    form.set("file", new Blob(["a CV"], { type: "application/pdf" }), "cv.pdf");
    await vendor.client().call("POST", "candidates", { form, headers: { "x-version": "7" }, answer });
    const request = vendor.received();
    expect(request?.headers["x-version"]).toBe("7");
    expect((await request?.form())?.get("file")).toMatchObject({ name: "cv.pdf", type: "application/pdf" });
  });

  test("is made once: whether a repetition is safe is known elsewhere", async () => {
    const before = vendor.simulator.calls.length;
    await vendor.createWith({ kind: "status", status: 500 });
    await vendor.createWith({ kind: "reset" });
    expect(vendor.simulator.calls.length - before).toBe(2);
  });
});

describe("a refusal says who, which call, which status, and why", () => {
  test.each<[number, VendorError["effect"]]>([
    [400, "none"],
    [401, "none"],
    [403, "none"],
    [404, "none"],
    [408, "unknown"],
    [409, "none"],
    [422, "none"],
    [429, "none"],
    [500, "unknown"],
    [502, "unknown"],
    [503, "unknown"],
    [504, "unknown"],
  ])("%i, after which the effect is %s", async (status, effect) => {
    const fault: Fault = { kind: "status", status, body: { message: "no more seats" } };
    const message = `${who()} ${status} no more seats`;
    expect(await vendor.createWith(fault)).toEqual({ message, status, effect });
  });

  test.each<[string, Fault, string]>([
    ["a page of a proxy", { kind: "html", status: 503 }, "503 an HTML page instead of JSON"],
    ["nothing", { kind: "status", status: 500, body: "" }, "500 an empty answer"],
    ["text", { kind: "status", status: 500, body: "oops" }, "500 no valid JSON"],
  ])("also when it is %s", async (_, fault, words) => {
    expect((await vendor.createWith(fault)).message).toBe(`${who()} ${words}`);
  });

  test("also when the vendor hides it in a 200", async () => {
    const fault: Fault = { kind: "status", status: 200, body: { code: 404, message: "no such job" } };
    const statusIn = (body: unknown) => (v.is(v.object({ code: v.number() }), body) ? body.code : undefined);
    vendor.simulator.failNext({}, fault);
    expect(await failureOf(vendor.create({ statusIn }))).toMatchObject({
      message: `${who()} 404 no such job`,
      status: 404,
      effect: "none",
    });
  });
});

describe("an answer that cannot be used leaves open what happened", () => {
  test.each<[string, Fault, RegExp]>([
    ["reset before", { kind: "reset" }, /the connection broke \(\w+\)$/],
    ["reset after", { kind: "reset", when: "after" }, /the connection broke \(\w+\)$/],
    ["a body that breaks off", { kind: "cut_body", when: "after" }, /the connection broke \(\w+\)$/],
    ["no HTTP", { kind: "garbage" }, /the connection broke \(.+\)$/],
    ["half of it", { kind: "truncated_json", when: "after" }, /201 but no valid JSON$/],
    ["a page with 200", { kind: "html", status: 200 }, /200 but an HTML page instead of JSON$/],
    ["nothing with 200", { kind: "status", status: 200, body: "" }, /200 but an empty answer$/],
    ["another shape", { kind: "status", status: 200, body: {} }, /200 but the answer is not as documented$/],
    ["null", { kind: "status", status: 200, body: "null" }, /200 but the answer is not as documented$/],
  ])("%s", async (_, fault, words) => {
    const failure = await vendor.createWith(fault);
    expect(failure).toEqual({ message: expect.stringMatching(words), effect: "unknown", status: undefined });
    expect(failure.message.startsWith(who())).toBe(true);
  });

  test.each<[string, Fault]>([
    ["never", { kind: "never" }],
    ["too late", { kind: "slow", delayInMs: 60_000 }],
    ["in drops, too slow", { kind: "slow_body", delayInMs: 60_000 }],
  ])("%s", async (_, fault) => {
    expect(await vendor.createWith(fault, { timeoutInSeconds: 0.3 })).toEqual({
      message: `${who()} gave no answer in time`,
      effect: "unknown",
      status: undefined,
    });
  });

  test("the time of the whole push is over", async () => {
    vendor.simulator.failNext({}, { kind: "never" });
    const hurried = { timeoutInSeconds: 30, signal: AbortSignal.timeout(50) };
    expect(await failureOf(vendor.create(hurried))).toMatchObject({
      message: `${who()} gave no answer in time`,
      effect: "unknown",
    });
  });
});

describe("a vendor that cannot be reached has done nothing", () => {
  test("nobody listens", async () => {
    const gone = await startTestVendor();
    await gone.stop();
    expect(await failureOf(gone.create())).toMatchObject({
      message: `Acme POST ${gone.simulator.url}/candidates: could not be reached (ECONNREFUSED)`,
      effect: "none",
      status: undefined,
    });
  });

  test("its name is unknown", async () => {
    const nowhere = { baseUrl: "http://nowhere.invalid/v1" };
    expect(await failureOf(vendor.create(nowhere))).toMatchObject({
      message: expect.stringMatching(
        /^Acme POST http:\/\/nowhere.invalid\/v1\/candidates: could not be reached \((ENOTFOUND|EAI_AGAIN)\)$/,
      ),
      effect: "none",
    });
  });
});
