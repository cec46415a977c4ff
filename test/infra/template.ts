/** Reading a rendered CloudFormation template. */

export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs: Record<string, { Value: unknown }>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DeletionPolicy?: string;
}

/** What stands at a path such as `Properties.Environment.Variables`; undefined when nothing does. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, key) => {
    return typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** Every value in a value, itself first. */
export function* everythingIn(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* everythingIn(part);
  }
}

export function resourcesOfType(template: Template, type: string): [id: string, TemplateResource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The resource that `Ref`, `Fn::GetAtt` or the first `${…}` of `Fn::Sub` names. */
export function idReferredTo(reference: unknown): string | undefined {
  const id =
    at(reference, "Ref") ??
    at(reference, "Fn::GetAtt.0") ??
    /\$\{([^}]+)\}/.exec(String(at(reference, "Fn::Sub")))?.[1];
  return typeof id === "string" ? id : undefined;
}

/** What a role allows: `allowed(role, "sqs:SendMessage")` → the resources. */
export function statementsOf(role: TemplateResource): unknown[] {
  const policies = at(role, "Properties.Policies") as unknown[];
  return policies.flatMap((policy) => at(policy, "PolicyDocument.Statement") as unknown[]);
}
