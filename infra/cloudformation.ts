/** CloudFormation's own words, as far as the template is made in TypeScript. */

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

export interface Output {
  Description: string;
  Value: Reference;
}

/** A value that CloudFormation fills in when it deploys. */
export type Reference = { Ref: string } | { "Fn::GetAtt": [string, string] } | { "Fn::Sub": string };

/** A queue's URL, a function's or a table's name. */
export function ref(id: string): Reference {
  return { Ref: id };
}

export function arnOf(id: string): Reference {
  return { "Fn::GetAtt": [id, "Arn"] };
}

/** A text with `${AWS::Region}` and the like in it. */
export function text(template: string): Reference {
  return { "Fn::Sub": template };
}

/** `push-profile-to-teamtailor` → `PushProfileToTeamtailor`: the id of what is made for a function. */
export function idOf(functionName: string): string {
  return functionName.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The id under which osls makes a function itself, and its log group. */
export function generatedIdOf(functionName: string, kind: "LambdaFunction" | "LogGroup"): string {
  return `${capitalised(functionName)}${kind}`;
}

/** Two names never give the same text, as they would if the hyphens were left out. */
export function capitalised(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", "Dash")}`;
}
