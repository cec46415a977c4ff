/** A vendor on loopback, and the client of its API, for the tests of the client. */
import * as v from "valibot";
import { VendorError } from "../../lib/errors.ts";
import { createVendorClient } from "../../lib/http/client.ts";
import type { VendorConnection } from "../../lib/http/connection.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import { type SimulatedRequest, type Simulator, startSimulator } from "../../local/vendors/simulator.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

export const KEY = "key-0123456789";
export const CANDIDATE = { name: "Ada Lovelace", email: "ada@example.com" };
/** What is read of every answer. */
export const answer = v.object({ id: v.string() });

export interface TestVendor {
  simulator: Simulator;
  environment: TestEnvironment;
  /** The request that it got last. */
  received(): SimulatedRequest | undefined;
  /** How long the answer to `GET /large` is. */
  largeInBytes: number;
  client(changes?: Partial<VendorConnection>): ReturnType<typeof createVendorClient>;
  /** `POST /candidates` with the candidate. */
  create(changes?: Partial<VendorConnection>): Promise<unknown>;
  /** How the same fails, with this fault. */
  createWith(
    fault: Fault,
    changes?: Partial<VendorConnection>,
  ): Promise<Pick<VendorError, "message" | "effect" | "status">>;
  stop(): Promise<unknown>;
}

export async function startTestVendor(): Promise<TestVendor> {
  let received: SimulatedRequest | undefined;
  const environment = await startTestEnvironment({});
  const large = () => `{"id":"${"x".repeat(vendor.largeInBytes - '{"id":""}'.length)}"}`;
  const simulator = await startSimulator({
    basePath: "/v1",
    routes: [
      {
        method: "POST",
        pattern: "/candidates",
        handle: (request) => {
          received = request;
          return { status: 201, body: { id: "1" }, changed: true };
        },
      },
      { method: "GET", pattern: "/candidates", handle: () => ({ status: 200, body: { id: "1" } }) },
      { method: "GET", pattern: "/large", handle: () => ({ status: 200, body: large() }) },
    ],
  });
  const vendor: TestVendor = {
    simulator,
    environment,
    received: () => received,
    largeInBytes: 100,
    client: (changes = {}) =>
      createVendorClient(
        {
          vendor: "Acme",
          baseUrl: simulator.url,
          headers: { authorization: `Bearer ${KEY}` },
          timeoutInSeconds: 60,
          signal: new AbortController().signal,
          secrets: [KEY],
          describeError: (body) => (v.is(v.object({ message: v.string() }), body) ? body.message : undefined),
          ...changes,
        },
        environment,
      ),
    create: (changes) => vendor.client(changes).call("POST", "candidates", { json: CANDIDATE, answer }),
    async createWith(fault, changes) {
      simulator.failNext({}, fault);
      const { message, effect, status } = await failureOf(vendor.create(changes));
      return { message, effect, status };
    },
    stop: () => Promise.all([simulator.stop(), environment.stop()]),
  };
  return vendor;
}

/** How a call fails. */
export async function failureOf(calling: Promise<unknown>): Promise<VendorError> {
  const error = await calling.catch((reason: unknown) => reason);
  if (error instanceof VendorError) return error;
  throw new Error("it did not fail with a VendorError", { cause: error });
}
