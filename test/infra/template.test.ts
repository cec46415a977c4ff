import { readdirSync } from "node:fs";
import { parse } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleWorkflows as workflows } from "../../docs/generate/sample-workflows.ts";
import type { Connector } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { readSettings, type Settings } from "../../lib/settings.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import { type Package, packageCopy } from "./package-copy.ts";
import { schemaProblems } from "./resource-schema.ts";
import { rules } from "./rules/all.ts";
import { OF_THE_RUNTIME } from "./rules/functions.ts";
import {
  at,
  everythingIn,
  ofType,
  referredTo,
  resourcesAllowed,
  statementsOf,
  type TemplateResource,
} from "./template.ts";

/** With one workflow of each kind. */
let built: Package;
/** With the workflows that are declared in workflows/, whatever they are. */
let declared: Package;
beforeAll(async () => {
  const list = `export default ${JSON.stringify(workflows)};`;
  [built, declared] = await Promise.all([packageCopy({ "workflows/index.ts": list }), packageCopy()]);
}, 240_000);
afterAll(() => {
  built?.remove();
  declared?.remove();
});

const readable = connectors.filter((connector: Connector) => connector.pull !== undefined);
const pushActions = connectors.map(({ name }) => `push_profile_to_${name}`);
const updateActions = readable.map(({ name }) => `update_profiles_in_hrflow_from_${name}`);

function functionNamed(name: string): TemplateResource {
  const found = ofType(built.template, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.FunctionName === `hrflow-relay-dev-${name}`,
  );
  if (!found) throw new Error(`serverless.yml has no function ${name}`);
  return found;
}

const variablesOf = (name: string) =>
  at(functionNamed(name), "Properties.Environment.Variables") as Record<string, unknown>;

const roleOf = (name: string) =>
  referredTo(functionNamed(name).Properties.Role, built.template) as TemplateResource;

/** The environment variables that the code reads when it asks its settings for these. */
function variablesRead(ask: (settings: Settings) => unknown): string[] {
  const read: string[] = [];
  const optional: Record<string, string> = { RELAY_SPEED: "1", CV_ALLOWED_ORIGINS: "" };
  const recording = new Proxy(optional, {
    get: (_, name: string) => {
      if (name in optional) return optional[name];
      read.push(name);
      return "set";
    },
  });
  ask(readSettings(recording));
  return read.sort();
}

test("the template is what CloudFormation takes", () => {
  expect(schemaProblems(built.template)).toEqual([]);
  expect(schemaProblems(declared.template)).toEqual([]);
});

test("every module of functions/ is deployed, and nothing else is", () => {
  const handlers = ofType(built.template, "AWS::Lambda::Function").map(
    ({ Properties }) => Properties.Handler,
  );
  const modules = readdirSync(new URL("../../functions", import.meta.url));
  expect(handlers.sort()).toEqual(modules.map((file) => `functions/${parse(file).name}.handler`).sort());
});

test("every reference leads to something", () => {
  const { Resources, Parameters } = built.template;
  const known = new Set([...Object.keys(Resources), ...Object.keys(Parameters)]);
  const referred = [...everythingIn(built.template)].flatMap((value) => {
    const substituted = [...String(at(value, "Fn::Sub")).matchAll(/\$\{([\w:]+).*?\}/g)].map(([, id]) => id);
    return [at(value, "Ref"), at(value, "Fn::GetAtt.0"), ...substituted];
  });
  const dangling = referred.filter(
    (id) => typeof id === "string" && !id.startsWith("AWS::") && !known.has(id),
  );
  expect(dangling).toEqual([]);
});

describe(`${rules.length} rules`, () => {
  test("are fifty at least, each with a promise of its own", () => {
    console.log(`the template is checked by ${rules.length} rules`);
    const promises = new Set(rules.map(({ type, promise }) => `${type} ${promise}`));
    expect(promises.size).toBe(rules.length);
    expect(rules.length).toBeGreaterThanOrEqual(50);
  });

  describe.each(rules)("$type $promise", ({ type, isKept, breakIt }) => {
    test("holds", () => {
      const all = ofType(built.template, type);
      expect(all).not.toEqual([]);
      expect(all.filter((resource) => !isKept(resource, built.template))).toEqual([]);
    });

    test("is noticed when it does not hold", () => {
      const broken = structuredClone(built.template);
      for (const resource of ofType(broken, type)) breakIt(resource, broken);
      expect(ofType(broken, type).filter((resource) => isKept(resource, broken))).toEqual([]);
    });
  });
});

describe("the receiver", () => {
  test("answers POST /webhooks/{name}", () => {
    const [route] = ofType(built.template, "AWS::ApiGatewayV2::Route");
    expect(route?.Properties.RouteKey).toBe("POST /webhooks/{name}");
    const [integration] = ofType(built.template, "AWS::ApiGatewayV2::Integration");
    expect(referredTo(integration?.Properties.IntegrationUri, built.template)).toBe(
      functionNamed("receive-hrflow-webhook"),
    );
    expect(integration?.Properties.PayloadFormatVersion).toBe("2.0");
  });

  test("has the settings that it reads, and no others", () => {
    const read = variablesRead((settings) => [
      settings.metricsNamespace,
      ...pushActions.map((action) => settings.queueUrl(action)),
    ]);
    expect(Object.keys(variablesOf("receive-hrflow-webhook")).sort()).toEqual(read);
  });

  test("may send to every push queue, and read the secrets of HrFlow", () => {
    const role = roleOf("receive-hrflow-webhook");
    expect(resourcesAllowed(role, "sqs:SendMessage")).toHaveLength(connectors.length);
    const secrets = new Set(
      [...checkWorkflows(workflows).byId.values()].map((one) => one.hrflow_auth.secret),
    );
    expect(resourcesAllowed(role, "secretsmanager:GetSecretValue")).toHaveLength(secrets.size);
    expect(JSON.stringify(role)).not.toContain("dynamodb");
  });
});

describe.each([...pushActions, ...updateActions])("the function of %s", (action) => {
  const name = action.replaceAll("_", "-");
  const queueOf = (functionName: string, kind = "QUEUE") =>
    referredTo(variablesOf(functionName)[`${action.toUpperCase()}_${kind}_URL`], built.template);
  const allowed = (right: string) =>
    resourcesAllowed(roleOf(name), right).map((arn) => referredTo(arn, built.template));

  /** The kinds of keys for which an action on the table is allowed. */
  const keysAllowed = (right: string) =>
    statementsOf(roleOf(name))
      .filter((statement) => (at(statement, "Action") as string[]).includes(right))
      .flatMap(
        (statement) => at(statement, "Condition.ForAllValues:StringLike.dynamodb:LeadingKeys") as string[],
      );

  test("has the settings that it reads, and no others", () => {
    const read = variablesRead((settings) => [
      settings.metricsNamespace,
      settings.tableName,
      settings.queueUrl(action),
      settings.deadLetterQueueUrl(action),
    ]);
    const set = Object.keys(variablesOf(name)).filter((variable) => !OF_THE_RUNTIME.has(variable));
    expect(set.sort()).toEqual(read);
  });

  test("works on its own queue and its dead letters, and no others", () => {
    const queue = queueOf(name);
    expect(queue?.Type).toBe("AWS::SQS::Queue");
    const sources = ofType(built.template, "AWS::Lambda::EventSourceMapping").filter(
      ({ Properties }) => referredTo(Properties.FunctionName, built.template) === functionNamed(name),
    );
    expect(sources.map((one) => referredTo(one.Properties.EventSourceArn, built.template))).toEqual([queue]);
    for (const right of ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"]) {
      expect(allowed(`sqs:${right}`)).toEqual([queue, queueOf(name, "DEAD_LETTER_QUEUE")]);
    }
  });

  test("sends its dead letters where the queue's redrive leads as well", () => {
    const deadLetters = queueOf(name, "DEAD_LETTER_QUEUE");
    const redriveTarget = at(queueOf(name), "Properties.RedrivePolicy.deadLetterTargetArn");
    expect(referredTo(redriveTarget, built.template)).toBe(deadLetters);
    expect(allowed("sqs:SendMessage")).toContain(deadLetters);
  });

  test("may read the secrets of its own workflows, and no others", () => {
    const own = [...checkWorkflows(workflows).byId.values()].filter((workflow) => workflow.action === action);
    const secrets = new Set(own.flatMap((one) => [one.hrflow_auth.secret, one.connector_auth.secret]));
    const arns = resourcesAllowed(roleOf(name), "secretsmanager:GetSecretValue");
    const names = arns.map((arn) => /:secret:(.+)-\?{6}$/.exec(String(at(arn, "Fn::Sub")))?.[1]);
    expect(names).toEqual([...secrets].sort());
  });

  if (pushActions.includes(action)) {
    test("is sent to by the receiver, and sends to its dead letters and, when they are put back, to itself", () => {
      expect(queueOf("receive-hrflow-webhook")).toBe(queueOf(name));
      expect(allowed("sqs:SendMessage")).toEqual([queueOf(name), queueOf(name, "DEAD_LETTER_QUEUE")]);
    });

    test("deletes nothing from the table but links and echoes", () => {
      expect(keysAllowed("dynamodb:DeleteItem").filter((key) => !["link#*", "echo#*"].includes(key))).toEqual(
        [],
      );
      expect(keysAllowed("dynamodb:PutItem")).toEqual(["run#*"]);
    });
  } else {
    test("has no right to the links of the pushes", () => {
      expect(JSON.stringify(roleOf(name))).not.toContain("link#");
    });

    test("may go on by a message to itself, as often as it takes", () => {
      expect(allowed("sqs:SendMessage")).toContain(queueOf(name));
      expect(functionNamed(name).Properties.RecursiveLoop).toBe("Allow");
    });

    test("keeps asynchronous events that it could not take", () => {
      const { DeadLetterConfig } = functionNamed(name).Properties;
      const missedRuns = referredTo(at(DeadLetterConfig, "TargetArn"), built.template);
      expect(missedRuns?.Properties.FifoQueue).toBeUndefined();
      expect(allowed("sqs:SendMessage")).toContain(missedRuns);
    });
  }
});

test("the outputs say what a person needs: webhook URLs, functions, queues, dead letters, the table", () => {
  const { Outputs } = built.template;
  const values = Object.values(Outputs).map(({ Value }) => Value);
  for (const name of checkWorkflows(workflows).byWebhook.keys()) {
    const url = `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/webhooks/${name}`;
    expect(values).toContainEqual({ "Fn::Sub": url });
  }
  const shown = values.map((value) => referredTo(value, built.template));
  for (const type of ["AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table"]) {
    expect(shown).toEqual(expect.arrayContaining(ofType(built.template, type)));
  }
});
