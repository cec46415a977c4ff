import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openTerminal } from "../../local/terminal.ts";

/** What a stream was given, with the ESC of each command to a terminal as ^. */
function streamOf(properties: object) {
  const stream = Object.assign(new PassThrough(), properties) as unknown as NodeJS.WriteStream;
  const chunks: string[] = [];
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  return { stream, written: () => chunks.join("").replaceAll("\u001b", "^") };
}

test("in a file or a pipe there are lines and nothing else", () => {
  const { stream, written } = streamOf({});
  const terminal = openTerminal(stream);
  terminal.say("one");
  terminal.showBelow(["a bar"]);
  terminal.say("two");
  expect(written()).toBe("one\ntwo\n");
  expect(terminal.width).toBeUndefined();
});

test("in a terminal what is below is taken away before a line is said, and shown again after it", () => {
  const { stream, written } = streamOf({ isTTY: true, columns: 80, rows: 24 });
  const terminal = openTerminal(stream);
  expect(terminal.width).toBe(80);
  terminal.showBelow(["a bar"]);
  terminal.say("one");
  expect(written()).toMatch(/a bar[\s\S]*\^\[[\s\S]*one\n[\s\S]*a bar/);
  const before = written().length;
  terminal.showBelow([]);
  terminal.say("two");
  expect(written().slice(before)).not.toContain("a bar");
  expect(written()).toMatch(/two\n$/);
});
