/** The workflows of the system's tests. */
export default [
  {
    workflow_id: "acme-teamtailor",
    action: "push_profile_to_teamtailor",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "teamtailor/demo" },
  },
];
