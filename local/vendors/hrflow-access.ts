import type { SimulatedAnswer, SimulatedRequest } from "./simulator.ts";

export interface HrflowKey {
  api_secret: string;
  api_user: string;
  permission: "all" | "read" | "write";
}

/** The key that a request comes with, by `X-API-KEY` and `X-USER-EMAIL`, if it may do what is asked. */
export function findKey(request: SimulatedRequest, keys: HrflowKey[]): HrflowKey | undefined {
  const { "x-api-key": secret, "x-user-email": user } = request.headers;
  const needed = neededPermission(request);
  return keys.find(
    ({ api_secret, api_user, permission }) =>
      api_secret === secret && api_user === user && (permission === "all" || permission === needed),
  );
}

/** The vendor repeats the key it refuses, so that the text of an error is nothing to log as it is. */
export function unauthorized(request: SimulatedRequest): SimulatedAnswer {
  const secret = request.headers["x-api-key"] ?? "";
  const message = `Unauthorized. Invalid secret key: ${secret} for permission: ${neededPermission(request)}`;
  return { status: 401, body: { code: 401, message } };
}

/** A read key may only GET, and a write key may do all but that. */
function neededPermission({ method }: SimulatedRequest): "read" | "write" {
  return method === "GET" ? "read" : "write";
}
