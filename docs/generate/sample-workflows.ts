/** One workflow of each kind, as the samples in workflows/ are: what pages show does not change with the user's own. */
import { checkWorkflows } from "../../lib/workflow/workflow.ts";

const hrflow_auth = { secret: "hrflow/demo" };

export const sampleWorkflows = [
  {
    workflow_id: "demo-teamtailor",
    action: "push_profile_to_teamtailor",
    webhook: "demo",
    hrflow_auth,
    connector_auth: { secret: "teamtailor/demo" },
  },
  {
    workflow_id: "demo-flatchr",
    action: "push_profile_to_flatchr",
    webhook: "demo",
    hrflow_auth,
    connector_auth: { secret: "flatchr/demo" },
    push_parameters: { vacancy: "demo-data-engineer" },
  },
  {
    workflow_id: "demo-smartrecruiters",
    action: "push_profile_to_smartrecruiters",
    webhook: "demo",
    hrflow_auth,
    connector_auth: { secret: "smartrecruiters/demo" },
    push_parameters: { job_id: "demo-data-engineer" },
  },
  {
    workflow_id: "demo-flatchr-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth,
    connector_auth: { secret: "flatchr/demo" },
    push_parameters: { source_key: "demo-flatchr" },
    incremental: true,
    schedule: "rate(1 hour)",
  },
];

export const checkedSamples = [...checkWorkflows(sampleWorkflows).byId.values()];
