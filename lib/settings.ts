/** The settings of a function: its environment variables, read once and nowhere else. */
import * as v from "valibot";
import { TemporaryError } from "./errors.ts";
import { describeIssues } from "./issues.ts";
import { NAMESPACE } from "./observability/metrics.ts";

/** The name of a vendor's base URL setting: `TEAMTAILOR_BASE_URL`. */
export type BaseUrlName = `${string}_BASE_URL`;

/** Settings of the running function. */
export interface Settings {
  /** Name of the DynamoDB table. */
  tableName: string;
  /** Queue of an action, by action name; the receiver sends there, the push function waits there. */
  queueUrl(action: string): string;
  /** Dead-letter queue of an action. */
  deadLetterQueueUrl(action: string): string;
  /** Base URL of a vendor, without a slash at the end: `real`, which its client knows, unless the environment names another. */
  baseUrl(name: BaseUrlName, real: string): string;
  /** Origins that the CV guard accepts besides public HTTPS. */
  cvAllowedOrigins: readonly string[];
  /** The namespace of the metrics. */
  metricsNamespace: string;
  /** Our own waiting times are divided by this; 1 on AWS. */
  speed: number;
}

const speed = v.pipe(
  v.string(),
  v.transform(Number),
  v.number("must be a number"),
  v.finite("must be a number"),
  v.minValue(1, "must be at least 1"),
);
const httpUrl = v.pipe(v.string(), v.url("must be a URL"), v.regex(/^https?:/i, "must be an http(s) URL"));

/**
 * Reads the settings of `environment`. A missing one is named when it is first used, so that a function needs only
 * what it uses.
 *
 * @throws TemporaryError naming the variable that is missing or malformed.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const required = (name: string): string => {
    const value = environment[name];
    if (!value) throw wrongSetting(`The environment variable ${name} is not set`);
    return value;
  };
  const checked = <T>(name: string, schema: v.GenericSchema<string, T>, value: string): T => {
    const result = v.safeParse(schema, value);
    if (!result.success) {
      throw wrongSetting(`The environment variable ${name} ${describeIssues(result.issues).join("; ")}`);
    }
    return result.output;
  };
  return {
    get tableName() {
      return required("TABLE_NAME");
    },
    queueUrl: (action) => required(`${action.toUpperCase()}_QUEUE_URL`),
    deadLetterQueueUrl: (action) => required(`${action.toUpperCase()}_DEAD_LETTER_QUEUE_URL`),
    baseUrl(name, real) {
      const override = environment[name];
      return override ? withDefaultPath(checked(name, httpUrl, override), real) : real;
    },
    cvAllowedOrigins: (environment.CV_ALLOWED_ORIGINS ?? "")
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== "")
      .map((origin) => new URL(checked("CV_ALLOWED_ORIGINS", httpUrl, origin)).origin),
    metricsNamespace: environment.METRICS_NAMESPACE || NAMESPACE,
    speed: checked("RELAY_SPEED", speed, environment.RELAY_SPEED || "1"),
  };
}

/** Temporary, so that no event is given up while the settings are mended. */
function wrongSetting(message: string): TemporaryError {
  return new TemporaryError("unexpected_failure", message);
}

/** An override that names only an origin keeps the version path of the real base URL (`/v1`). */
function withDefaultPath(override: string, real: string): string {
  const url = new URL(override);
  const path = url.pathname === "/" ? new URL(real).pathname : url.pathname;
  return `${url.origin}${path}`.replace(/\/+$/, "");
}
