import { alarmRules } from "./alarms.ts";
import { dashboardRules } from "./dashboard.ts";
import { edgeRules } from "./edge.ts";
import { functionRules } from "./functions.ts";
import { roleRules } from "./policies.ts";
import { queueRules } from "./queues.ts";
import type { Rule } from "./rule.ts";
import { scheduleRules } from "./schedules.ts";
import { tableRules } from "./table.ts";

export const rules: readonly Rule[] = [
  ...functionRules,
  ...queueRules,
  ...tableRules,
  ...roleRules,
  ...edgeRules,
  ...scheduleRules,
  ...alarmRules,
  ...dashboardRules,
];
