/**
 * Your workflows. This list is all that is deployed.
 *
 * These are samples, one for each action: `npm start` runs them against simulated vendors, which have all that is named
 * here. Put your own in their place.
 */
import { defineWorkflow } from "../lib/workflow/workflow.ts";

export default [
  // One webhook of HrFlow's for three systems: each gets its own queue and its own candidate.
  defineWorkflow({
    workflow_id: "demo-teamtailor",
    action: "push_profile_to_teamtailor",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "teamtailor/demo" },
    push_parameters: { sourced: false },
  }),
  defineWorkflow({
    workflow_id: "demo-flatchr",
    action: "push_profile_to_flatchr",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "flatchr/demo" },
    // The slug, the id or the number of an open vacancy.
    push_parameters: { vacancy: "demo-data-engineer" },
  }),
  defineWorkflow({
    workflow_id: "demo-smartrecruiters",
    action: "push_profile_to_smartrecruiters",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "smartrecruiters/demo" },
    // The UUID of a job.
    push_parameters: { job_id: "demo-data-engineer" },
  }),

  // Whoever applies in Flatchr: what it knows of them is brought to their profiles in HrFlow, every hour.
  defineWorkflow({
    workflow_id: "demo-flatchr-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "flatchr/demo" },
    // Another vacancy than the one above: who was pushed there is in HrFlow already, under another source.
    pull_parameters: { vacancy: "demo-technician" },
    push_parameters: { source_key: "demo-flatchr" },
    incremental: true,
    schedule: "rate(1 hour)",
  }),
];
