import { Refusal } from "./simulator.ts";
import type { Problem } from "./smartrecruiters-schema.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";

/** An error of any kind but validation: https://developers.smartrecruiters.com/docs/error-handling */
export function errorBody(settings: SmartrecruitersSettings, status: number, message: string): unknown {
  if (settings.errorForm === "message_only") return { message };
  return { message, errors: [{ code: CODES[status] ?? "INTERNAL_ERROR", message }] };
}

const CODES: Record<number, string> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "RESOURCE_NOT_FOUND_ERROR",
  409: "CONFLICT",
  413: "FILE_UPLOAD_ERROR",
  429: "TOO_MANY_REQUESTS",
};

export function refusal(settings: SmartrecruitersSettings, status: number, message: string): Refusal {
  return new Refusal({ status, body: errorBody(settings, status, message) });
}

/** As it was seen in production: `{"message":"validation failure","errors":[{"dataPath":"/location/countryCode",…}]}`. */
export function validationFailure(settings: SmartrecruitersSettings, problems: Problem[]): Refusal {
  const errors = problems.map((problem) => toError(settings, problem));
  return new Refusal({ status: settings.validationStatus, body: { message: "validation failure", errors } });
}

function toError({ validationForm }: SmartrecruitersSettings, problem: Problem): object {
  const { dataPath, message } = problem;
  if (validationForm === "full") return problem;
  if (validationForm === "code") return { code: "INVALID_INPUT", message: `${dataPath}: ${message}` };
  return { dataPath, message };
}
