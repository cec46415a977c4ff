/** The actions, and which schemas describe what each takes. */
import type * as v from "valibot";
import type { ApiCall, Connector } from "../../lib/connector.ts";
import { connectors as listed } from "../../lib/connectors/index.ts";
import { pushCalls, updateCalls } from "../../lib/hrflow/calls.ts";
import { hrflowAuthSchema, webhookAuthSchema } from "../../lib/hrflow/schema.ts";
import {
  hrflowParametersSchema,
  profileParametersSchema,
  pushSchema,
  updateSchema,
} from "../../lib/workflow/schema.ts";

type Schema = v.GenericSchema;

export interface Action {
  /** `push_profile_to_teamtailor` */
  name: string;
  /** `push-profile-to-teamtailor` */
  functionName: string;
  direction: "push" | "update";
  connector: Connector;
  /** Of a workflow's own fields, of its groups, and of its secrets. A secret may be described in parts. */
  workflow: Schema;
  pullParameters: Schema;
  pushParameters: Schema;
  hrflowAuth: Schema[];
  connectorAuth: Schema[];
  calls: { system: string; calls: readonly ApiCall[] }[];
}

const connectors: readonly Connector[] = listed;

export const actions: readonly Action[] = connectors.flatMap((connector) => [
  pushAction(connector),
  ...updateActions(connector),
]);

function pushAction(connector: Connector): Action {
  const { name, label, auth, push } = connector;
  return {
    name: `push_profile_to_${name}`,
    functionName: `push-profile-to-${name}`,
    direction: "push",
    connector,
    workflow: pushSchema,
    pullParameters: profileParametersSchema,
    pushParameters: push.parameters,
    hrflowAuth: [hrflowAuthSchema, webhookAuthSchema],
    connectorAuth: [auth],
    calls: [
      { system: "HrFlow", calls: pushCalls },
      { system: label, calls: push.calls },
    ],
  };
}

function updateActions(connector: Connector): Action[] {
  const { name, label, auth, pull } = connector;
  if (!pull) return [];
  return [
    {
      name: `update_profiles_in_hrflow_from_${name}`,
      functionName: `update-profiles-in-hrflow-from-${name}`,
      direction: "update",
      connector,
      workflow: updateSchema,
      pullParameters: pull.parameters,
      pushParameters: hrflowParametersSchema,
      hrflowAuth: [hrflowAuthSchema],
      connectorAuth: [auth],
      calls: [
        { system: label, calls: pull.calls },
        { system: "HrFlow", calls: updateCalls },
      ],
    },
  ];
}
