/** One run of an update in which one call meets one fault, and the runs after it. */
import type { Context } from "aws-lambda";
import { expect } from "vitest";
import type { ApiCall } from "../../lib/connector.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { type SimulatedFlatchr, startFlatchr } from "../../local/vendors/flatchr.ts";
import type { FlatchrCandidateInput } from "../../local/vendors/flatchr-candidates.ts";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { MARK, PHONE } from "../conformance/scene.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import type { CallFault } from "./faults.ts";
import { type PlantedEnvironment, plant } from "./planted.ts";

const HRFLOW_KEY = { api_secret: `ask_${MARK}`, api_user: `${MARK}@example.com`, permission: "all" as const };
const FLATCHR_KEY = `flatchr-key-${MARK}`;
const MINUTES_BETWEEN_RUNS = 60;
const CONTEXT = { getRemainingTimeInMillis: () => 840_000, functionName: "update" } as Context;
/** What only HrFlow knows of a person. */
const FOREIGN_SUMMARY = `Sings as a ${MARK}`;

export interface UpdateStage {
  flatchr: SimulatedFlatchr;
  hrflow: SimulatedHrflow;
  environment: TestEnvironment;
  sourceKey: string;
  vacancyId: string;
  stop(): Promise<void>;
}

/** One line of the table: a call, and what kind of call it is. */
export interface CallOfUpdate {
  call: Pick<ApiCall, "method" | "path">;
  isHrflow?: true;
  kind: string;
  /** What an error says of a fault by its name, where it has other words than usual. */
  says?: Record<string, RegExp>;
}

export async function startUpdateStage(): Promise<UpdateStage> {
  const flatchr = await startFlatchr({ keys: [FLATCHR_KEY], fileIntervalInMs: 0 });
  const hrflow = await startHrflow({ keys: [HRFLOW_KEY], updatedAt: "strictly_increasing" });
  const environment = await startTestEnvironment(
    {
      "hrflow/faults": HRFLOW_KEY,
      "flatchr/faults": { api_key: FLATCHR_KEY, company_id: flatchr.companyId },
    },
    {
      HRFLOW_BASE_URL: hrflow.url,
      FLATCHR_API_BASE_URL: flatchr.apiUrl,
      FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
      CV_ALLOWED_ORIGINS: [flatchr.apiUrl, hrflow.url].map((url) => new URL(url).origin).join(),
    },
  );
  const stop = async () => {
    await Promise.all([environment.stop(), flatchr.stop(), hrflow.stop()]);
  };
  const sourceKey = hrflow.addSource({ sync_parsing: true }).key;
  const vacancyId = flatchr.addVacancy({ title: "Data Engineer" }).id;
  return { flatchr, hrflow, environment, sourceKey, vacancyId, stop };
}

/** What became of a run one of whose calls met a fault. */
export interface SeenUpdate {
  ending: string;
  answers: RunAnswer[];
  hasMet: boolean;
}

let cells = 0;

/**
 * Two people in Flatchr: one whom HrFlow knows, and whose CV it lacks, and one whom it does not know. Whatever happens,
 * both are to end in HrFlow once, with what Flatchr knows and what only HrFlow knew, and the run after that has nothing to do.
 */
export async function updateUnderFault(
  stage: UpdateStage,
  row: CallOfUpdate,
  fault: CallFault,
): Promise<SeenUpdate> {
  const { flatchr, hrflow, environment, sourceKey } = stage;
  cells += 1;
  const people = addPeople(stage, cells);
  const simulator = row.isHrflow ? hrflow : flatchr;
  const planted = plant(environment, { simulator, call: row.call, before: 0, fault });
  try {
    const answers = [await run(stage, planted)];
    const pauses = planted.pauses();
    while (answers.length < 3 && answers.at(-1)?.status !== "success")
      answers.push(await run(stage, planted));
    const ending = endingOf(answers, pauses);

    const writes = hrflow.calls.length;
    const again = await run(stage, planted);
    expect(again).toMatchObject({ status: "success", events: { write_unchanged: 2, write_success: 0 } });
    expect(hrflow.calls.slice(writes).filter(({ write }) => write)).toEqual([]);
    const hasCv = expectUpdated(stage, people);
    return { ending: hasCv ? ending : "bare", answers, hasMet: planted.hasMet() };
  } finally {
    planted.close();
    simulator.recover();
    for (const { id } of flatchr.applicants()) flatchr.removeApplicant(id);
    for (const { key } of hrflow.profiles().filter((one) => one.source_key === sourceKey))
      hrflow.deleteProfile(key);
  }
}

function endingOf([first, ...later]: RunAnswer[], pauses: number): string {
  if (first === undefined) return "nothing";
  if (first.status === "success") return pauses > 0 ? "again" : "done";
  if (later.at(-1)?.status !== "success") return "stuck";
  if (first.reason === "credential_failure") return "key";
  return first.items.length === 0 ? "run" : "next";
}

export function updateWorkflow({ sourceKey }: UpdateStage, workflow_id: string) {
  return {
    workflow_id,
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth: { secret: "hrflow/faults" },
    connector_auth: { secret: "flatchr/faults" },
    push_parameters: { source_key: sourceKey, create_missing: true },
    incremental: true,
  };
}

/** Runs it as its schedule does, and lets the time pass until the next. */
async function run(stage: UpdateStage, planted: PlantedEnvironment): Promise<RunAnswer> {
  const workflow = updateWorkflow(stage, `faults-update-${cells}`);
  const handler = updateFunction(flatchrConnector, { workflows: [workflow], functions: {} }, planted);
  const answer = await handler({ workflow_id: workflow.workflow_id }, CONTEXT);
  planted.pass(MINUTES_BETWEEN_RUNS * 60);
  return answer as RunAnswer;
}

interface Person {
  candidateId: string;
  firstname: string;
  email: string;
  phone: string;
}

interface People {
  /** HrFlow knows this one, but not the CV. */
  known: Person;
  unknown: Person;
}

function addPeople({ flatchr, hrflow, sourceKey, vacancyId }: UpdateStage, cell: number): People {
  const add = (firstname: string, cv?: FlatchrCandidateInput["cv"]): Person => {
    const email = `${firstname}.${cell}.${MARK}@example.com`.toLowerCase();
    const person = { firstname, lastname: `von ${MARK}`, email, phone: PHONE };
    const { candidate } = flatchr.addCandidate({ ...person, ...(cv && { cv }) }, { vacancyId });
    return { candidateId: candidate.id, ...person };
  };
  const bytes = Buffer.from(`%PDF-1.4 the CV of a ${MARK}`);
  const known = add("Ada", { bytes, fileName: `CV ${MARK}.pdf`, contentType: "application/pdf" });
  hrflow.putProfile({
    source_key: sourceKey,
    reference: known.candidateId,
    info: { first_name: "Before", email: known.email, summary: FOREIGN_SUMMARY },
  });
  return { known, unknown: add("Lou") };
}

/** @returns whether the CV has come as well */
function expectUpdated({ hrflow, sourceKey }: UpdateStage, { known, unknown }: People): boolean {
  const profiles = hrflow.profiles().filter((profile) => profile.source_key === sourceKey);
  const profileOf = ({ candidateId }: Person) => profiles.find(({ reference }) => reference === candidateId);
  expect(profiles).toHaveLength(2);
  for (const person of [known, unknown]) {
    const { firstname: first_name, email, phone } = person;
    expect(profileOf(person)?.info).toMatchObject({ first_name, email, phone });
  }
  expect(profileOf(known)?.info.summary).toBe(FOREIGN_SUMMARY);
  return profileOf(known)?.attachments.length !== 0;
}
