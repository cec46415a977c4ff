import { Refusal, type SimulatedAnswer } from "./simulator.ts";

/** As the server's JSON:API library writes an error: the status is a string here. */
export function apiError(status: number, title: string, detail: string, code = String(status)): Refusal {
  return new Refusal({ status, body: { errors: [{ title, detail, code, status: String(status) }] } });
}

/** An attribute that is not accepted: 422, code 100, with a pointer to it. */
export function validationError(attribute: string, problem: string): Refusal {
  const error = {
    title: problem,
    detail: `${attribute} - ${problem}`,
    code: "100",
    source: { pointer: `/data/attributes/${attribute}` },
    status: "422",
  };
  return new Refusal({ status: 422, body: { errors: [error] } });
}

export function notFound(id: string): Refusal {
  return apiError(404, "Record not found", `The record identified by ${id} could not be found.`);
}

/** The status is a number here, unlike everywhere else; so it is published. */
export function versionError(currentVersion: string): SimulatedAnswer {
  const detail = `Please provide a correct API version in the X-Api-Version header. Current version is: ${currentVersion}`;
  return { status: 406, body: { errors: [{ status: 406, title: "Invalid/Missing API Version", detail }] } };
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

/** Errors that do not come from the JSON:API library. */
export function plainErrorBody(status: number, message: string): unknown {
  return {
    errors: [
      { status, title: TITLES[status] ?? "Error", detail: status === 400 ? "Invalid request" : message },
    ],
  };
}
