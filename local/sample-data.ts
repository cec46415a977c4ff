import { createHash } from "node:crypto";
import type { Simulators } from "./simulators.ts";
import { sampleProfile } from "./vendors/sample-profiles.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

/** What the events in `events/` name. */
export const SAMPLE_SOURCE_KEY = "demo-careers-site";
export const SAMPLE_PROFILE_KEY = "demo-profile";
export const SAMPLE_EMAIL = "alix.exemple@example.com";

export const UPDATE_ACTION = "update_profiles_in_hrflow_from_flatchr";

/**
 * Gives the simulated vendors what the workflows name (sources, vacancies, columns, jobs), and one profile and one
 * candidate for runs by hand. What is there already stays as it is.
 */
export function addSampleData(simulators: Simulators, workflows: readonly DeclaredWorkflow[]): void {
  const { hrflow, smartrecruiters } = simulators;
  addSource(simulators, SAMPLE_SOURCE_KEY, "Careers site");
  if (!hrflow.profile(SAMPLE_PROFILE_KEY)) {
    const { profile, files } = sampleProfile(0);
    hrflow.putProfile({ ...profile, key: SAMPLE_PROFILE_KEY, source_key: SAMPLE_SOURCE_KEY });
    for (const file of files) hrflow.addAttachment(SAMPLE_PROFILE_KEY, file);
  }
  for (const { sourceKeys, pullParameters, pushParameters } of workflows) {
    for (const key of [...sourceKeys, toText(pushParameters.source_key)])
      if (key !== undefined) addSource(simulators, key, "Flatchr");
    const jobId = toText(pushParameters.job_id);
    if (jobId !== undefined) smartrecruiters.addJob({ id: jobId });
    for (const name of [toText(pushParameters.vacancy), toText(pullParameters.vacancy)])
      if (name !== undefined) addVacancy(simulators, name);
    const column = toText(pullParameters.column);
    if (column !== undefined) addColumn(simulators, column);
  }
  const update = workflows.find(({ action }) => action === UPDATE_ACTION);
  const isThere = simulators.flatchr.candidates().some(({ email }) => email === SAMPLE_EMAIL);
  const person = { firstname: "Alix", lastname: "Exemple", email: SAMPLE_EMAIL };
  if (update && !isThere) addPerson(simulators, update, person, true);
}

/** What HrFlow knows of a person and Flatchr does not: an update must leave it alone. */
export const FOREIGN_SUMMARY = "Known to HrFlow alone";

export interface Person {
  firstname: string;
  lastname: string;
  email: string;
  cv?: { bytes: Uint8Array; fileName: string; contentType: string };
}

/** Somebody who applies in Flatchr, where the update reads; with a profile in HrFlow when it knows them. */
export function addPerson(
  { hrflow, flatchr }: Simulators,
  { pullParameters, pushParameters }: DeclaredWorkflow,
  person: Person,
  isInHrflow: boolean,
) {
  const vacancy = addVacancy({ flatchr }, toText(pullParameters.vacancy) ?? "demo-technician");
  const column = flatchr.columns().find(({ title }) => title === pullParameters.column);
  const { candidate, applicant } = flatchr.addCandidate(
    { ...person, phone: "+33 6 39 98 12 34" },
    { vacancyId: vacancy.id, ...(column ? { columnId: column.id } : {}) },
  );
  const profile = isInHrflow
    ? hrflow.putProfile({
        source_key: String(pushParameters.source_key),
        reference: candidate.id,
        info: { email: person.email, summary: FOREIGN_SUMMARY },
      })
    : undefined;
  return { candidate, applicantId: applicant.id, profileKey: profile?.key };
}

function addSource({ hrflow }: Simulators, key: string, name: string): void {
  if (!hrflow.sources().some((source) => source.key === key)) hrflow.addSource({ key, name });
}

/** Under the name as its slug, its id and, where it is one, its number; the same at every start. */
function addVacancy({ flatchr }: Pick<Simulators, "flatchr">, name: string) {
  const hash = createHash("sha256").update(name).digest();
  const numericId = /^\d{1,9}$/.test(name) ? Number(name) : hash.readUInt32BE() % 1_000_000;
  return flatchr.addVacancy({ id: name, slug: name, title: name, numericId });
}

function addColumn({ flatchr }: Simulators, title: string): void {
  if (!flatchr.columns().some((column) => column.title === title)) flatchr.addColumn(title);
}

/** Names may be written as numbers. */
function toText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : undefined;
}
