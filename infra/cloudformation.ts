/** CloudFormation's own words, as far as the template is made in TypeScript. */

export interface Resource {
  Type: string;
  /** What becomes of it when a change would put another in its place. */
  UpdateReplacePolicy?: "Retain";
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

/** The ids of what belongs to a function: `push-profile-to-teamtailor` → `PushProfileToTeamtailorQueue`. */
export function idsOf(functionName: string) {
  const id = functionName.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  return {
    role: `${id}Role`,
    queue: `${id}Queue`,
    deadLetters: `${id}DeadLetterQueue`,
    missedRuns: `${id}MissedRunsQueue`,
    schedulerRole: `${id}SchedulerRole`,
    functionName: `${id}FunctionName`,
    // These two are made, and named, by osls.
    function: `${unmistakable(functionName)}LambdaFunction`,
    logGroup: `${unmistakable(functionName)}LogGroup`,
  };
}

/** As part of an id, which takes no hyphens: two names never give the same, as `a-1` and `a1` otherwise would. */
export function unmistakable(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", "Dash")}`;
}
