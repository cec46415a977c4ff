import * as v from "valibot";
import type { SourceRow } from "../../connector.ts";
import { fingerprint } from "../../fingerprint.ts";
import { UnreadableAnswerError } from "../../http/answer.ts";
import { dayOfRow } from "./days.ts";
import { rowFields } from "./schema.ts";

const ROWS_PER_PAGE = 100;

/** Any of Flatchr's fields may be null or absent; what is neither text, number nor boolean says nothing. */
const value = v.fallback(v.nullable(v.union([v.string(), v.number(), v.boolean()])), null);

const fieldsSchema = v.object(rowFields(value));
const FIELD_NAMES = Object.keys(fieldsSchema.entries);

/**
 * One row of the search. A row that names no applicant is not left out: it fails when it is identified, where a person
 * can see it.
 */
export function toRow(element: unknown): SourceRow {
  const result = v.safeParse(fieldsSchema, element);
  if (!result.success) throw new UnreadableAnswerError("a list that is not as documented");
  const fields = result.output;
  const { applicant } = fields;
  const isNamed = applicant !== null && applicant !== "";
  const id = isNamed ? String(applicant) : `unnamed-${fingerprint(fields)}`;
  return { id, changedOn: dayOfRow(fields.updated_at), fields };
}

/** A row without the names of its fields. */
type KeptRow = Pick<SourceRow, "id" | "changedOn"> & { values: unknown[] };

/**
 * Keeps rows until they are worked on. The answer must be read at once, since Flatchr's list has no pages and a connection
 * cannot be held for the minutes or hours that its candidates take. As text without names they take 250 bytes each, outside
 * the heap; compressing them was measured, and cost more memory for its own buffers than it saved at 50,000 rows.
 */
export function createRowStore() {
  const pages: Buffer[] = [];
  const ids = new Set<string>();
  let page: KeptRow[] = [];

  function closePage(): void {
    pages.push(Buffer.from(JSON.stringify(page)));
    page = [];
  }

  return {
    /** A row that is there already is not kept twice. */
    add({ id, changedOn, fields }: SourceRow): void {
      if (ids.has(id)) return;
      ids.add(id);
      page.push({ id, changedOn, values: FIELD_NAMES.map((name) => fields[name]) });
      if (page.length === ROWS_PER_PAGE) closePage();
    },

    /** Gives all rows, once, and lets go of them. */
    *take(): Generator<SourceRow> {
      closePage();
      ids.clear();
      for (const [index, text] of pages.entries()) {
        delete pages[index];
        const rows: KeptRow[] = JSON.parse(text.toString());
        for (const { id, changedOn, values } of rows) {
          const fields: Record<string, unknown> = {};
          for (const [column, name] of FIELD_NAMES.entries()) fields[name] = values[column];
          yield { id, changedOn, fields };
        }
      }
    },
  };
}
