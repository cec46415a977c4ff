/** The calls that the pages list: those that stand in the clients, and those that simulated vendors see. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actions } from "../../docs/generate/actions.ts";
import type { ApiCall, Connector } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { pushCalls, updateCalls } from "../../lib/hrflow/calls.ts";
import { addPerson, SAMPLE_PROFILE_KEY, SAMPLE_SOURCE_KEY, UPDATE_ACTION } from "../../local/sample-data.ts";
import { witnessesOf } from "../../local/scenario-witness.ts";
import { sampleCvName } from "../../local/simulators.ts";
import { type SampleSystem, startSampleSystem } from "../local/sample-system.ts";

const folders: [string, readonly ApiCall[]][] = [
  ["hrflow", [...pushCalls, ...updateCalls]],
  ...connectors.map(({ name, push, pull }: Connector): [string, readonly ApiCall[]] => [
    `connectors/${name}`,
    [...push.calls, ...(pull?.calls ?? [])],
  ]),
];

test.each(folders)(
  "the calls of lib/%s are those in its clients, with the links above them",
  (folder, calls) => {
    const directory = new URL(`../../lib/${folder}/`, import.meta.url);
    const files = readdirSync(directory).filter((name) => name.endsWith(".ts"));
    const made = files.flatMap((name) => callsIn(readFileSync(new URL(name, directory), "utf8")));
    const listed = calls.map(({ method, see }) => `${method} ${see}`);
    expect([...new Set(made)].sort()).toEqual([...new Set(listed)].sort());
  },
);

/** `GET https://…`: the method of each call, and the nearest link above it. */
function callsIn(source: string): string[] {
  let link = "";
  const found = source.matchAll(/@see (https:\/\/\S+)|\bcall\(\s*"([A-Z]+)"/g);
  return [...found].flatMap(([, see, method]) => {
    link = see ?? link;
    return method === undefined ? [] : [`${method} ${link}`];
  });
}

let sample: SampleSystem;
beforeAll(async () => {
  sample = await startSampleSystem();
});
afterAll(() => sample?.stop());

describe.each(actions)("a check and runs of $name", (action) => {
  const listed = new Map(
    action.calls
      .flatMap(({ calls }) => calls)
      .map((call) => [withoutNames(`${call.method} ${call.path}`), call]),
  );

  test("make the calls that its page lists, and no others", async () => {
    const vendors = [
      sample.simulators.hrflow,
      ...witnessesOf(sample.simulators).map(({ simulator }) => simulator),
    ];
    for (const { calls } of vendors) calls.length = 0;
    const isPush = action.direction === "push";
    await invoke({ check: true, ...(isPush && { pull_parameters: { source_keys: [SAMPLE_SOURCE_KEY] } }) });
    await (isPush ? pushTwice() : updateAll());
    const seen = new Set(vendors.flatMap(({ calls }) => calls).map(({ route }) => withoutNames(route)));
    const expected = [...listed].filter(([, { seldom }]) => !seldom).map(([route]) => route);
    // Files are fetched from where an answer says that they are.
    const made = [...seen].filter((route) => !/^GET \/(files|storage|resumes)\//.test(route));
    expect(made.filter((route) => !listed.has(route))).toEqual([]);
    expect(expected.filter((route) => !seen.has(route))).toEqual([]);
  });

  async function pushTwice(): Promise<void> {
    const event = { pull_parameters: { source_key: SAMPLE_SOURCE_KEY, profile_key: SAMPLE_PROFILE_KEY } };
    expect(await invoke(event)).toMatchObject({ status: "success", events: { write_success: 1 } });
    const summary = `Has talked to us about ${action.name}`;
    const phone = `+33 6 39 98 ${10 + actions.indexOf(action)} 00`;
    const tags = [{ name: "last action", value: action.name }];
    sample.simulators.hrflow.editProfile(SAMPLE_PROFILE_KEY, { info: { summary, phone }, tags });
    expect(await invoke(event)).toMatchObject({ status: "success", events: { write_success: 1 } });
  }

  async function updateAll(): Promise<void> {
    const declared = sample.system.workflows.find((workflow) => workflow.action === UPDATE_ACTION);
    if (!declared) throw new Error("no workflow updates");
    const cv = { bytes: Buffer.from("%PDF-1.4"), fileName: sampleCvName(3), contentType: "application/pdf" };
    addPerson(
      sample.simulators,
      declared,
      { firstname: "Noa", lastname: "A", email: "noa@example.com", cv },
      false,
    );
    addPerson(
      sample.simulators,
      declared,
      { firstname: "Lou", lastname: "B", email: "lou@example.com" },
      false,
    );
    const answer = await invoke({ push_parameters: { create_missing: true }, incremental: false });
    expect(answer).toMatchObject({ status: "success", events: { write_success: 3 } });
  }

  async function invoke(event: object): Promise<object> {
    const workflow = sample.system.workflows.find((one) => one.action === action.name);
    const Payload = JSON.stringify({ workflow_id: workflow?.workflowId, ...event });
    return (await sample.invoke(action.functionName, Payload)) as object;
  }
});

/** `/candidates/:id` and `/candidates/{candidateId}` are one route. */
function withoutNames(route: string): string {
  return route.replaceAll(/:\w+|\{\w+\}/g, "{}");
}
