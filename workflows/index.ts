/** Your workflows. This list is all that is deployed. */
import { defineWorkflow } from "../lib/workflow.ts";

export default [
  defineWorkflow({
    workflow_id: "demo-teamtailor",
    action: "push_profile_to_teamtailor",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "teamtailor/demo" },
    push_parameters: { sourced: false },
  }),
];
