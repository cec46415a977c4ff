/** Defects that are planted into the code of an update while it is loaded, to show that the histories find them. */
import type { Defect } from "../simulation/defects.ts";

export const UPDATE_DEFECTS: readonly Defect[] = [
  {
    name: "a cursor that moves though the run failed or was cut off",
    promise: 4,
    file: "update/run.ts",
    changes: [
      [
        "if (run.isCutOff || !persist || !incremental || hasFailed(run)) return cursor;",
        "if (!persist || !incremental) return cursor;",
      ],
    ],
  },
  {
    name: "a candidate that failed and is not remembered",
    promise: 4,
    file: "update/attempt.ts",
    changes: [["await savePending(run.workflow.workflow_id, pending, environment);", ""]],
  },
  {
    name: "a day that is not read again though it was not over",
    promise: 4,
    file: "update/cursor.ts",
    changes: [["Date.parse(cursor.changed_since) - OVERLAP", "Date.parse(cursor.changed_since) + OVERLAP"]],
  },
  {
    name: "names of columns whose change is not noticed",
    promise: 4,
    file: "update/run.ts",
    changes: [["catalogue === cursor.catalogue && parameters", "parameters"]],
  },
  {
    name: "a record that is saved before the write",
    promise: 1,
    file: "update/update.ts",
    changes: [
      [
        "const { outcome, isParsing, notes } = await writeProfile(",
        "await remember(update, subject, { isParsing: false, fingerprint: written });\n  const { outcome, isParsing, notes } = await writeProfile(",
      ],
    ],
  },
  {
    name: "an unchanged profile that is written",
    promise: 5,
    file: "update/write.ts",
    changes: [
      [
        "if (merged !== undefined) await hrflow.edit(sourceKey, merged);",
        "await hrflow.edit(sourceKey, merged ?? current);",
      ],
    ],
  },
  {
    name: "a merge that drops what it does not know",
    promise: 6,
    file: "hrflow/merge-profile.ts",
    changes: [
      [
        "if (changes.length === 0) return current;\n  return { ...current, ",
        "if (changes.length === 0) return current;\n  return { ",
      ],
    ],
  },
  {
    name: "a candidate's id that is asked for at every run",
    promise: 7,
    file: "update/update.ts",
    changes: [
      [
        "await saveRecord(workflow.workflow_id, subject.row.id, subject.record, environment);\n  return identity;",
        "return identity;",
      ],
      [
        "await saveRecord(id, row.id, { ...record, fingerprint",
        "await saveRecord(id, row.id, { ...record, candidate_id: undefined, fingerprint",
      ],
    ],
  },
  {
    name: "a dry run that writes",
    promise: 7,
    file: "update/update.ts",
    changes: [["if (!workflow.persist) return previewUpdate(update, identity, edit);", ""]],
  },
];
