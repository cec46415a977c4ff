/** The parameters of the documents of 2021 and 2022, and where they stand today: by the code that translates them. */
import { withTodaysNames } from "../../lib/by-hand/document-names.ts";
import { WorkflowError } from "../../lib/workflow/check.ts";
import type { Action } from "./actions.ts";
import { parametersOf } from "./parameters.ts";

export interface ReplacedDocument {
  title: string;
  /** In the order of the document. Groups are those of its example. */
  parameters: string[];
}

const OF_2021 = [
  "logics",
  "local_scope",
  "global_scope",
  "format_function_name",
  "hrflow_client",
  "profile",
  "auth",
];

export const replacedDocuments: Readonly<Record<string, readonly ReplacedDocument[]>> = {
  push_profile_to_flatchr: [
    {
      title: "Push profile: HrFlow.ai → Flatchr, 2021",
      parameters: [...OF_2021, "vacancy", "compagny", "company"],
    },
    {
      title: "Push profile: HrFlow.ai Profiles → Flatchr Profiles, 2022",
      parameters: [
        "workflow_id",
        "action_parameters.logics",
        "action_parameters.format",
        "action_parameters.read_mode",
        "origin_parameters.api_secret",
        "origin_parameters.api_user",
        "origin_parameters.source_key",
        "origin_parameters.profile_key",
        "target_parameters.auth",
        "target_parameters.vacancy",
        "target_parameters.company",
      ],
    },
  ],
  push_profile_to_teamtailor: [
    { title: "Push profile: HrFlow.ai → Teamtailor, 2021", parameters: [...OF_2021, "sourced"] },
  ],
  push_profile_to_smartrecruiters: [
    { title: "Push profile: HrFlow.ai → SmartRecruiters, 2021", parameters: [...OF_2021, "job_id"] },
  ],
  update_profiles_in_hrflow_from_flatchr: [
    {
      title: "Update profiles in hrflow: Flatchr → HrFlow",
      parameters: [
        "connector_auth.api_key",
        "connector_auth.company_id",
        "connector_auth.env_base_url",
        "hrflow_auth.api_secret",
        "hrflow_auth.api_user",
        "pull_parameters.firstname",
        "pull_parameters.lastname",
        "pull_parameters.email",
        "pull_parameters.hired",
        "pull_parameters.column",
        "pull_parameters.start",
        "pull_parameters.end",
        "pull_parameters.vacancy",
        "push_parameters.source_key",
        "push_parameters.only_edit_fields",
        "workflow_id",
        "logics",
        "format",
        "callback",
        "persist",
        "incremental",
      ],
    },
  ],
};

/** Values with which a parameter can be recognised; a secret's name wherever a credential stood. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  profile: { key: "P", source: { key: "S" } },
  read_mode: "sync",
};
const SECRET = { secret: "…" };

/** Where an old parameter stands today, as Markdown; what the refusal says where it has no place. */
export function placeToday(parameter: string, action: Action): string {
  const [first = "", member] = parameter.split(".");
  const sample = SAMPLES[member ?? first] ?? SECRET;
  const event = { workflow_id: "…", [first]: member === undefined ? sample : { [member]: sample } };
  try {
    const paths = pathsIn(withTodaysNames(event, action.direction, "…"), parameter);
    return paths.map((path) => asMarkdown(path, member ?? first, action)).join(", ");
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error;
    return error.message.slice(error.message.indexOf(": ") + 2);
  }
}

/** The paths of what is in an event, but for the workflow_id that every event has. */
function pathsIn(event: Record<string, unknown>, parameter: string): string[] {
  if (parameter === "workflow_id") return [parameter];
  return Object.entries(event).flatMap(([name, value]) => {
    if (name === "workflow_id") return [];
    const isGroup = typeof value === "object" && value !== null && !("secret" in value);
    return isGroup ? Object.keys(value).map((member) => `${name}.${member}`) : [name];
  });
}

function asMarkdown(path: string, name: string, { hrflowAuth, connectorAuth }: Action): string {
  const [group] = path.split(".");
  if (group !== "hrflow_auth" && group !== "connector_auth") return `\`${path}\``;
  const fields = (group === "hrflow_auth" ? hrflowAuth : connectorAuth).flatMap(parametersOf);
  const field = fields.some((one) => one.name === name) ? `\`${name}\` ` : "";
  return `${field}in the secret that \`${group}\` names`;
}
