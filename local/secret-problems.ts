/** What is wrong with the secrets that workflows name, found before the first webhook finds it. */
import * as v from "valibot";
import { connectors } from "../lib/connectors/index.ts";
import { hrflowAuthSchema, webhookAuthSchema } from "../lib/hrflow/schema.ts";
import { describeIssues } from "../lib/issues.ts";
import type { SecretValues } from "./aws/secrets-manager.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

/**
 * One line for each secret that cannot work: whose it is, what is wrong, what to do. Values are not shown.
 *
 * @param has whether there is such a secret
 * @param given the secrets whose values are known here; others are left to the functions
 */
export function secretProblems(
  workflows: readonly DeclaredWorkflow[],
  has: (name: string) => boolean,
  given: SecretValues,
): string[] {
  return workflows.flatMap(({ workflowId, action, hrflowSecret, connectorSecret }) => {
    const connector = connectors.find(({ name }) => action.endsWith(`_${name}`));
    const named = [
      [
        hrflowSecret,
        action.startsWith("push_") ? v.intersect([hrflowAuthSchema, webhookAuthSchema]) : hrflowAuthSchema,
      ],
      ...(connector ? ([[connectorSecret, connector.auth]] as const) : []),
    ] as const;
    return named.flatMap(([name, schema]) => {
      if (!has(name))
        return [`${workflowId} needs the secret ${name}, which does not exist: give it in --secrets`];
      const result = Object.hasOwn(given, name)
        ? v.safeParse(schema, given[name])
        : { success: true as const };
      if (result.success) return [];
      const problems = describeIssues(result.issues).join(", ");
      return [`${workflowId} cannot work with the secret ${name}: ${problems}; mend it in --secrets`];
    });
  });
}
