/** What the tests of a single write share: profiles that are created, CVs that are parsed later, and calls that are counted. */
import { startUpdateScene, type UpdateScene } from "./scene.ts";

export interface WriteScene extends UpdateScene {
  /** A change of the workflow: it creates the profiles that HrFlow does not have. */
  creating: { push_parameters: object };
  /** From now on HrFlow answers before it has parsed a CV. */
  parseLater(): void;
  /** How many profiles HrFlow was asked to create. */
  creations(): number;
  /** How many it was asked to change. */
  edits(): number;
  /** How many CVs it was asked to parse. */
  parsings(): number;
}

/** A workflow that pushes the same profiles to the account that the update reads. */
export const pushBack = (vacancy: string) => ({
  workflow_id: "acme-flatchr",
  action: "push_profile_to_flatchr",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "flatchr/acme" },
  push_parameters: { vacancy },
});

/** As HrFlow answers while it has not parsed the CV of a new profile. */
export const NOT_YET = {
  kind: "status",
  status: 400,
  body: { code: 400, message: "Invalid parameters. Unable to find object: profile" },
} as const;

/** A format that names a reference. */
export const formatWith = (reference: unknown) => (candidate: { firstname?: string }) => ({
  reference,
  info: { first_name: `${candidate.firstname}!` },
});

/** A scene beside a push to the same account. */
export async function startWriteScene(): Promise<WriteScene> {
  const scene = await startUpdateScene((vacancy) => [pushBack(vacancy)]);
  const { hrflow, sourceKey } = scene;
  const callsOf = (route: string) => hrflow.calls.filter((call) => call.route === route).length;
  return {
    ...scene,
    creating: { push_parameters: { source_key: sourceKey, create_missing: true } },
    parseLater() {
      for (const source of hrflow.sources()) source.sync_parsing = false;
    },
    creations: () => callsOf("POST /profile/indexing"),
    edits: () => callsOf("PUT /profile/indexing"),
    parsings: () => callsOf("POST /profile/parsing/file"),
  };
}
