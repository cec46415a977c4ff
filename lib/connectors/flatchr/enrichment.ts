import { VendorError } from "../../errors.ts";
import type { FlatchrApi } from "./api.ts";

/**
 * The documentation's own example, and what this action has sent since 2021: under another name Flatchr would keep a
 * second set of data beside the one of candidates that were pushed before.
 */
const APP_NAME = "HRMatch";

/** How an account without the option may be told so: which of them Flatchr uses is not documented. */
const NOT_OFFERED = [402, 403, 404, 405];
/** What may be wrong with a reference; anything else would be said of another one as well. */
const REFERENCE_UNKNOWN = [400, 404, 422];

/** What became of an enrichment. */
export interface Enriched {
  /** The reference by which Flatchr knew the candidate; undefined when the account does not take enrichments. */
  reference?: string;
  notes: string[];
}

/**
 * Enriches a candidate. The reference is the e-mail in the documentation, and the candidate's id in practice.
 *
 * To be called when a search has worked: a 403 is then about this call, and not about the key.
 *
 * @param references the forms to try, in turn
 * @throws VendorError when the call fails, or Flatchr refuses what it is given
 */
export async function enrich(
  api: FlatchrApi,
  references: string[],
  value: Record<string, unknown>,
): Promise<Enriched> {
  const refusals: VendorError[] = [];
  for (const reference of new Set(references)) {
    try {
      await api.enrichCandidate({
        app_name: APP_NAME,
        reference,
        name: "parsing",
        type: "applicants",
        value,
      });
      return { reference, notes: [] };
    } catch (error) {
      if (!(error instanceof VendorError) || !(error.isRefused || error.status === 403)) throw error;
      refusals.push(error);
      if (!isOneOf(REFERENCE_UNKNOWN, error)) break;
    }
  }
  const fault = refusals.find((refusal) => !isOneOf(NOT_OFFERED, refusal));
  if (fault) throw fault;
  return {
    notes: [
      `Flatchr refused the enrichment (${refusals.at(-1)?.status}), which needs the account's option "CVthèque Premium": left out were ${Object.keys(value).join(", ")}`,
    ],
  };
}

function isOneOf(statuses: number[], { status }: VendorError): boolean {
  return status !== undefined && statuses.includes(status);
}
