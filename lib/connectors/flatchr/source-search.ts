import type { SourceRow } from "../../connector.ts";
import { VendorError } from "../../errors.ts";
import { known } from "../../known.ts";
import type { FlatchrApi } from "./api.ts";
import { toFilterDate } from "./days.ts";
import { readJsonList } from "./json-list.ts";
import type { FlatchrPullParameters } from "./schema.ts";
import { createRowStore, toRow } from "./source-rows.ts";

/** The filters as Flatchr takes them: `vacancy` is the encrypted id. */
export type Filters = FlatchrPullParameters;

/**
 * Reads all rows that match.
 *
 * @param changedSince YYYY-MM-DD: rows that changed before are left out, whether or not Flatchr knows this filter
 */
export async function search(
  api: FlatchrApi,
  filters: Filters,
  changedSince: string | undefined,
): Promise<Generator<SourceRow>> {
  const isWanted = ({ changedOn }: SourceRow) =>
    changedSince === undefined || changedOn === undefined || changedOn >= changedSince;
  let refusal: VendorError | undefined;
  for (const form of formsOf(filters, changedSince)) {
    const store = createRowStore();
    try {
      await api.readApplicants(form, (response) =>
        readJsonList(response, (element) => {
          const row = toRow(element);
          if (isWanted(row)) store.add(row);
        }),
      );
      return store.take();
    } catch (error) {
      if (!(error instanceof VendorError) || (error.status !== 400 && error.status !== 422)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * The forms in which Flatchr may take the filters, first the likely one. The filter by change is in the newer
 * documentation only, and `hired` is a boolean there, but a text in its examples.
 */
function formsOf(filters: Filters, changedSince: string | undefined): object[] {
  const start_update = changedSince === undefined ? undefined : toFilterDate(changedSince);
  const hired = filters.hired === undefined ? undefined : String(filters.hired);
  const forms = [
    { ...filters, start_update },
    filters,
    { ...filters, start_update, hired },
    { ...filters, hired },
  ];
  // Those that are alike, since there is no such filter, are tried once.
  return [...new Map(forms.map((form) => [JSON.stringify(form), known(form)])).values()];
}
