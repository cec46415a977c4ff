import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { completeProfile } from "../../local/vendors/hrflow-profile.ts";
import {
  type SignatureScheme,
  sendHrflowWebhook,
  signWebhook,
  webhookBody,
} from "../../local/vendors/hrflow-webhook.ts";

const secret = "whsec_test_1234";
const keys = {
  profile: "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4",
  source: "2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093",
};
const body = `{"type":"profile.parsing.success","origin":"api","message":"Profile parsing succeed","profile":{"key":"${keys.profile}","source":{"key":"${keys.source}"}}}`;
const profile = completeProfile(
  { reference: "r-1", info: { first_name: "Élodie" } },
  {
    source_key: keys.source,
    id: 1,
    key: keys.profile,
    source: {
      key: keys.source,
      name: "Careers site",
      type: "api",
      subtype: "python",
      environment: "production",
    },
    archive: null,
    archived_at: null,
    created_at: "2025-06-20T15:25:07+0000",
    updated_at: "2025-06-20T15:25:07+0000",
    attachments: [],
  },
);

test.each<[SignatureScheme, string]>([
  ["body_hex", "66eef40d25ab905fc9c4a006b26cb93ad1159081703b9bdeb3f280804c8fed0a"],
  [
    "header_hex",
    "NjZlZWY0MGQyNWFiOTA1ZmM5YzRhMDA2YjI2Y2I5M2FkMTE1OTA4MTcwM2I5YmRlYjNmMjgwODA0YzhmZWQwYQ==.eyJ0eXBlIjoicHJvZmlsZS5wYXJzaW5nLnN1Y2Nlc3MiLCJvcmlnaW4iOiJhcGkiLCJtZXNzYWdlIjoiUHJvZmlsZSBwYXJzaW5nIHN1Y2NlZWQiLCJwcm9maWxlIjp7ImtleSI6IjVkMmExNGM3YTQ3ZjhhNmY0OGU3MmQyOTZmN2UyMDM4YzFiYjRjZTQiLCJzb3VyY2UiOnsia2V5IjoiMmI0YmY2NzZiMWE5YWVlMmI3YzJiNDIyMjQyYzdkN2ZkYjZjYzA5MyJ9fX0=",
  ],
  ["header_raw", "Zu70DSWrkF/JxKAGsmy5OtEVkIFwO5ves/KAgEyP7Qo=."],
  ["header_raw_encoded", "FVUQLAjZIKASe2S89AGVxupK1SqQi3cpdHYgoxg9tXo=."],
])("signs the worked example with %s", (scheme, value) => {
  const payload = Buffer.from(body).toString("base64");
  expect(signWebhook(body, secret, scheme)).toBe(value.endsWith(".") ? value + payload : value);
});

test("signs the documentation's own example", () => {
  const value = "9d101d2bf630748679226b767d2031634c520390ff0e926afc09bc65a05bfdb2";
  expect(signWebhook("4567", "1234", "body_hex")).toBe(value);
});

test("the body is ASCII, and is a stub or the whole profile, alone or in a list", () => {
  const delivery = { url: "", secret, profile };
  const { source } = profile;
  const stub = { key: keys.profile, reference: "r-1", source: { key: source.key } };
  expect(JSON.parse(webhookBody(delivery)).profile).toEqual(stub);
  const full = webhookBody({ ...delivery, payload: "full", form: "array" });
  expect(full).toMatch(/^\[\{"type":"profile.parsing.success".*"\\u00c9lodie"/);
  expect(JSON.parse(full)[0].profile).toEqual(profile);
});

test("a webhook arrives with the signature of its bytes", async () => {
  const received: unknown[] = [];
  const receiver = createServer(async (incoming, outgoing) => {
    const text = Buffer.concat(await incoming.toArray()).toString("utf8");
    received.push(incoming.headers["http-hrflow-signature"] === signWebhook(text, secret, "body_hex"));
    outgoing.writeHead(202).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void receiver.close());
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  expect((await sendHrflowWebhook({ url, secret, profile })).status).toBe(202);
  await sendHrflowWebhook({ url, secret, profile, signature: "0".repeat(64) });
  await sendHrflowWebhook({ url, secret, profile, signature: null });
  expect(received).toEqual([true, false, false]);
});
