/** Reading a rendered CloudFormation template. */

export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs: Record<string, { Value: unknown }>;
  Parameters: Record<string, unknown>;
}

export interface TemplateResource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Condition?: string;
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

export function ofType(template: Template, type: string): TemplateResource[] {
  return Object.values(template.Resources).filter((resource) => resource.Type === type);
}

/** The resource that a `Ref` or `Fn::GetAtt` names. */
export function referredTo(reference: unknown, template: Template): TemplateResource | undefined {
  return template.Resources[String(at(reference, "Ref") ?? at(reference, "Fn::GetAtt.0"))];
}

/** The statements of a role, or of a policy of a queue or bucket. */
export function statementsOf({ Properties }: TemplateResource): unknown[] {
  const policies = (Properties.Policies ?? [Properties]) as unknown[];
  return policies.flatMap((policy) => at(policy, "PolicyDocument.Statement") ?? []);
}

/** Everything for which a role allows an action. */
export function resourcesAllowed(role: TemplateResource, action: string): unknown[] {
  return statementsOf(role)
    .filter((statement) => (at(statement, "Action") as string[]).includes(action))
    .flatMap((statement) => at(statement, "Resource"));
}
