import { describe, expect, test } from "vitest";
import { TemporaryError } from "../lib/errors.ts";
import { readSettings } from "../lib/settings.ts";

describe("what a function needs is read when it is used", () => {
  test("without any variable the settings can be read", () => {
    expect(readSettings({})).toMatchObject({ speed: 1, cvAllowedOrigins: [] });
  });

  test.each<[string, (settings: ReturnType<typeof readSettings>) => unknown]>([
    ["TABLE_NAME", (settings) => settings.tableName],
    ["PUSH_PROFILE_TO_FLATCHR_QUEUE_URL", (settings) => settings.queueUrl("push_profile_to_flatchr")],
    [
      "PUSH_PROFILE_TO_FLATCHR_DEAD_LETTER_QUEUE_URL",
      (settings) => settings.deadLetterQueueUrl("push_profile_to_flatchr"),
    ],
  ])("%s is named when it is missing or empty, and is what the environment says", (name, read) => {
    const missing = `The environment variable ${name} is not set`;
    expect(() => read(readSettings({}))).toThrow(missing);
    expect(() => read(readSettings({ [name]: "" }))).toThrow(missing);
    expect(read(readSettings({ [name]: "value" }))).toBe("value");
  });

  test("a missing one is temporary: no event is given up while it is mended", () => {
    expect(() => readSettings({}).tableName).toThrow(TemporaryError);
  });
});

describe("base URLs", () => {
  const real = "https://api.teamtailor.com/v1";
  const baseUrl = (variables: Record<string, string>) =>
    readSettings(variables).baseUrl("TEAMTAILOR_BASE_URL", real);
  const overridden = (url: string) => baseUrl({ TEAMTAILOR_BASE_URL: url });

  test("is the real one unless the environment names another", () => {
    expect(baseUrl({})).toBe(real);
    expect(overridden("")).toBe(real);
    expect(baseUrl({ SMARTRECRUITERS_BASE_URL: "http://127.0.0.1:4711" })).toBe(real);
    expect(overridden("http://127.0.0.1:4711/base")).toBe("http://127.0.0.1:4711/base");
  });

  test.each([
    [
      "keeps the version path of the real one when it names only an origin",
      "http://localhost:3000",
      "http://localhost:3000/v1",
    ],
    ["does so with a slash at the end too", "http://localhost:3000/", "http://localhost:3000/v1"],
    [
      "has no slash at the end",
      "https://proxy.example/teamtailor/v2/",
      "https://proxy.example/teamtailor/v2",
    ],
    [
      "has neither user nor password, which would stand in errors",
      "https://user:pass@proxy.example/v1",
      "https://proxy.example/v1",
    ],
    ["has neither query nor fragment", "https://proxy.example/v1?key=secret#top", "https://proxy.example/v1"],
    ["may be written in capitals", "HTTPS://Proxy.Example/V1", "https://proxy.example/V1"],
  ])("an override %s", (_, url, expected) => {
    expect(overridden(url)).toBe(expected);
  });

  test.each([
    ["api.teamtailor.com", "must be a URL"],
    ["/v1", "must be a URL"],
    ["http://", "must be a URL"],
    ["https://[::1", "must be a URL"],
    ["ftp://api.teamtailor.com", "must be an http(s) URL"],
    ["file:///etc/passwd", "must be an http(s) URL"],
    ["javascript:alert(1)", "must be an http(s) URL"],
  ])("the override %j is refused", (url, problem) => {
    expect(() => overridden(url)).toThrow(`The environment variable TEAMTAILOR_BASE_URL ${problem}`);
  });
});

describe("CV_ALLOWED_ORIGINS", () => {
  const allowed = (CV_ALLOWED_ORIGINS: string) => readSettings({ CV_ALLOWED_ORIGINS }).cvAllowedOrigins;

  test.each([
    ["", []],
    [" , ,", []],
    ["http://127.0.0.1:9000", ["http://127.0.0.1:9000"]],
    [" https://a.example/path , HTTP://B.Example:80 ", ["https://a.example", "http://b.example"]],
  ])("%j is %j", (value, origins) => {
    expect(allowed(value)).toEqual(origins);
  });

  test.each(["*", "localhost", "file:///", "https://a.example,b.example"])(
    "%j is refused at the start",
    (value) => {
      expect(() => allowed(value)).toThrow("The environment variable CV_ALLOWED_ORIGINS must be");
    },
  );
});

describe("RELAY_SPEED", () => {
  test.each([
    ["1", 1],
    ["", 1],
    ["60", 60],
    ["1.5", 1.5],
  ])("%j is %d", (RELAY_SPEED, speed) => {
    expect(readSettings({ RELAY_SPEED }).speed).toBe(speed);
  });

  test.each(["0", "-1", "0.5", "fast", "10x", "NaN", "Infinity"])(
    "%j is refused at the start",
    (RELAY_SPEED) => {
      expect(() => readSettings({ RELAY_SPEED })).toThrow("The environment variable RELAY_SPEED must be");
    },
  );
});

describe("METRICS_NAMESPACE", () => {
  test.each([
    ["HrFlowRelay/hrflow-relay-production", "HrFlowRelay/hrflow-relay-production"],
    ["", "HrFlowRelay"],
    [undefined, "HrFlowRelay"],
  ])("%j is %s", (METRICS_NAMESPACE, namespace) => {
    const settings = readSettings(METRICS_NAMESPACE === undefined ? {} : { METRICS_NAMESPACE });
    expect(settings.metricsNamespace).toBe(namespace);
  });
});
