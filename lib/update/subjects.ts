/** The rows of an ATS as a run takes them: in pages, each with what is remembered of it, and only while there is time. */
import type { SourceRow } from "../connector.ts";
import type { Environment } from "../environment.ts";
import type { RawProfile } from "../hrflow/client.ts";
import type { Pending } from "./pending.ts";
import type { RunProgress } from "./progress.ts";
import { type CandidateRecord, readRecords } from "./record.ts";

/** Records are read for so many rows at once: DynamoDB's limit for one call. */
const ROWS_PER_PAGE = 100;

/** One candidate, with what is remembered of it. */
export interface Subject {
  row: SourceRow;
  record: CandidateRecord;
  /** Set when an earlier run did not finish with it. */
  pending: Pending | undefined;
  /**
   * What HrFlow knew before this run had the CV parsed onto the profile. A parsing whose answer is lost, or a write that
   * fails after it, must not cost that: HrFlow has put what the CV says in its place.
   */
  beforeCv?: RawProfile | undefined;
}

/** Rows, and what is remembered of them while it is being read. */
interface RecordedPage {
  page: readonly SourceRow[];
  records: Promise<Map<string, CandidateRecord>>;
}

/** Rows with what is remembered of them; those that failed before come last, so that they hold up nobody. */
export async function* subjectsOf(
  run: RunProgress,
  rows: AsyncIterable<SourceRow>,
  pending: Map<string, Pending>,
  isOver: () => boolean,
  environment: Environment,
): AsyncGenerator<Subject> {
  const failedBefore: SourceRow[] = [];
  try {
    yield* inOrder();
  } catch (error) {
    run.ended ??= error; // Thrown here, it would end the run while candidates are still being written.
  }

  async function* inOrder(): AsyncGenerator<Subject> {
    // The records of a page are read while the candidates of the one before it are compared and written.
    let ahead: RecordedPage | undefined;
    for await (const page of pagesOf(rows)) {
      for (const { changedOn = "" } of page)
        if (changedOn > (run.lastChange ?? "")) run.lastChange = changedOn;
      failedBefore.push(...page.filter(({ id }) => pending.has(id)));
      const next = withRecords(page.filter(({ id }) => !pending.has(id)));
      if (ahead) yield* subjectsOfPage(ahead);
      if (isStopped()) return;
      ahead = next;
    }
    if (ahead) yield* subjectsOfPage(ahead);
    if (!isStopped()) yield* subjectsOfPage(withRecords(failedBefore));
  }

  /** Then neither the ATS nor the table is asked for more. */
  function isStopped(): boolean {
    return run.isCutOff || run.ended !== undefined;
  }

  function withRecords(page: readonly SourceRow[]): RecordedPage {
    const ids = page.map(({ id }) => id);
    const records = readRecords(run.workflow.workflow_id, ids, environment);
    records.catch(() => {}); // A failure is thrown when the page's turn has come, if it comes.
    return { page, records };
  }

  async function* subjectsOfPage({ page, records: reading }: RecordedPage): AsyncGenerator<Subject> {
    const records = await reading;
    for (const row of page) {
      if (run.ended !== undefined) return;
      if (isOver()) {
        run.isCutOff = true;
        return;
      }
      const record = records.get(row.id) ?? {};
      const before = pending.get(row.id);
      pending.delete(row.id);
      // An earlier invocation of this very run has finished with it.
      const isDone = before === undefined ? record.run_id === run.id : before.runId === run.id;
      if (!isDone) yield { row, record, pending: before };
    }
  }
}

async function* pagesOf(rows: AsyncIterable<SourceRow>): AsyncGenerator<SourceRow[]> {
  let page: SourceRow[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length === ROWS_PER_PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
