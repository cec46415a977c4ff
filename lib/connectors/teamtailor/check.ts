import * as v from "valibot";
import type { Access, Finding } from "../../connector.ts";
import { createCaller } from "./client.ts";
import type { TeamtailorAuth, TeamtailorParameters } from "./schema.ts";

const companyAnswer = v.object({
  data: v.object({ attributes: v.object({ name: v.fallback(v.string(), "(without a name)") }) }),
});

/** Reads the company's name, which every key may, and one candidate, which takes the scope that a push needs. */
export async function check(access: Access<TeamtailorAuth, TeamtailorParameters>): Promise<Finding[]> {
  const call = createCaller(access);
  /** @see https://docs.teamtailor.com/#company */
  const { data } = await call("GET", "company", { answer: companyAnswer });
  /** @see https://docs.teamtailor.com/#1e591a5a-99cc-4d17-aaeb-7744dde0dbb2 */
  await call("GET", "candidates", {
    query: { "page[size]": "1" },
    answer: v.object({ data: v.array(v.unknown()) }),
  });
  const message = `the key works for ${data.attributes.name} and may read candidates; whether it may write them as well only a push can tell`;
  return [{ what: "connector_auth", ok: true, message }];
}
