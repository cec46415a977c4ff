import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWorkflows } from "../../local/workflow-list.ts";
import { temporaryDirectory } from "./stand-ins.ts";

function write(content: string): string {
  const file = join(temporaryDirectory(), "workflows.ts");
  writeFileSync(file, content);
  return file;
}

test("what the system needs is read from plain objects", async () => {
  const file = write(`export default [
    { workflow_id: "a", action: "push_profile_to_x", webhook: "shared", pull_parameters: { source_keys: ["s"] },
      hrflow_auth: { secret: "h" }, connector_auth: { secret: "c" }, logics: [() => true] },
    { workflow_id: "b", action: "update_y", push_parameters: { source_key: "t" }, persist: false, schedule: { expression: "rate(1 hour)", timezone: "Europe/Paris" } },
  ] satisfies object[];`);
  expect(await readWorkflows(file)).toEqual([
    {
      workflowId: "a",
      action: "push_profile_to_x",
      webhook: "shared",
      sourceKeys: ["s"],
      pullParameters: { source_keys: ["s"] },
      pushParameters: {},
      hrflowSecret: "h",
      connectorSecret: "c",
      schedule: undefined,
      isDryRun: false,
      isCustomised: true,
    },
    expect.objectContaining({
      workflowId: "b",
      webhook: "b",
      pushParameters: { source_key: "t" },
      isDryRun: true,
      isCustomised: false,
      schedule: { expression: "rate(1 hour)", timeZone: "Europe/Paris" },
    }),
  ]);
});

test.each([
  ["is no list", "export default {};", "its default export must be the list of workflows"],
  ["throws", 'throw new Error("Workflow x: action is missing");', "Workflow x: action is missing"],
  ["is no TypeScript", "export default [;", "Expression expected"],
  ["ends the process", "process.exit(4);", "it ended the process with exit code 4"],
])("a file that %s is refused by name and reason", async (_name, content, reason) => {
  const file = write(content);
  await expect(readWorkflows(file)).rejects.toThrow(
    expect.objectContaining({ name: "StartError", message: expect.stringContaining(reason) }),
  );
  await expect(readWorkflows(file)).rejects.toThrow(`The workflows in ${file} cannot be used`);
});

test("a file that is not there is refused", async () => {
  await expect(readWorkflows("/no/such.ts")).rejects.toThrow("The workflows file /no/such.ts does not exist");
});
