/**
 * What a run answers: every status, every reason and every counter, each provoked by an event by hand, or by a message where
 * no event can. The lists are the code's own, so that a new reason without a case fails.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REASONS } from "../../lib/errors.ts";
import type { DeadLettersAnswer } from "../../lib/operator/dead-letters.ts";
import { noEvents, type RunAnswer, STATUSES } from "../../lib/run/answer.ts";
import { MARK, startOperatorScene, TEAMTAILOR, UPDATE } from "../operator/scene.ts";
import { queueWorker } from "../push/queue-worker.ts";
import { type Play, wellAndRefused } from "./answer-cases.ts";
import { failed } from "./answer-failures.ts";

const cases = [...wellAndRefused, ...failed];
const PERSONAL_DATA = new RegExp(`${MARK}|@example|Exemple|39 98 12 34`, "i");
const functions = {
  fail: ({ info }: { info: { email: string } }) => {
    throw new Error(`nothing to be done for ${info.email}`);
  },
  discard: () => null,
  nothing: () => undefined,
  tell: () => undefined,
  failToTell: () => {
    throw new Error("the hook is gone");
  },
  large: () => ({ tags: [{ name: MARK, value: "x".repeat(300_000) }] }),
};

let play: Play;
beforeEach(async () => {
  const scene = await startOperatorScene(functions);
  play = {
    scene,
    key: scene.addProfile(),
    push(event = {}) {
      const pull_parameters = { source_key: scene.sourceKey, profile_key: play.key };
      return scene.invoke(TEAMTAILOR, { workflow_id: "acme-teamtailor", pull_parameters, ...event });
    },
    update: (event = {}) => scene.invoke(UPDATE, { workflow_id: "acme-update", ...event }),
    breakTable(name, text = "") {
      const { dynamodb } = scene.environment;
      const send = (command: { input: { Item?: object; Key?: object } }) => {
        const at = JSON.stringify(command.input.Item ?? command.input.Key);
        const isBroken = command.constructor.name === name && at.includes(text);
        return isBroken ? Promise.reject(new Error("gone")) : dynamodb.send(command as never);
      };
      scene.environment.dynamodb = { send: send as typeof dynamodb.send };
    },
  };
});
afterEach(() => play.scene.stop());

const sizeOf = (answer: RunAnswer) => Buffer.byteLength(JSON.stringify(answer));

describe("the answer when", () => {
  test.each(cases)("$when: $reason", async ({ reason, status, events, says, next, provoke }) => {
    const answer = await provoke(play);
    expect(answer).toMatchObject({ status, reason });
    expect(answer.events).toEqual({ ...noEvents(), ...events });
    if (says === undefined || next === undefined) expect(answer.message).toBeUndefined();
    else {
      expect(answer.message).toMatch(says);
      expect(answer.message).toMatch(next);
    }
    expect(sizeOf(answer)).toBeLessThan(2_000);
    expect(JSON.stringify([answer, play.scene.environment.logged])).not.toMatch(PERSONAL_DATA);
  });

  test("a message is none of the receiver's: event_parsing_failure, by the list of dead letters", async () => {
    const worker = queueWorker([play.scene.workflow(TEAMTAILOR)], play.scene.environment);
    await worker.send({ workflow_id: "acme-teamtailor", profile: { email: `${MARK}@example.com` } });
    await worker.work();
    const answer = await play.scene.invoke<DeadLettersAnswer>(TEAMTAILOR, { dead_letters: "list" });
    expect(answer).toMatchObject({
      by_reason: { event_parsing_failure: 1 },
      next: { event_parsing_failure: expect.stringMatching(/^Put the message back only if/) },
      letters: [{ detail: "the message is not one of the receiver's" }],
    });
    expect(JSON.stringify([answer, play.scene.environment.logged])).not.toMatch(PERSONAL_DATA);
  });
});

describe("no case is missing of", () => {
  test("the reasons", () => {
    const played = [...cases.map(({ reason }) => reason), "event_parsing_failure"];
    expect([...new Set(played)].sort()).toEqual([...REASONS].sort());
  });

  test("the statuses", () => {
    expect(STATUSES.filter((status) => !cases.some((one) => one.status === status))).toEqual([]);
  });

  test("the counters", () => {
    const counted = new Set(cases.flatMap(({ events }) => Object.keys(events)));
    expect([...counted].sort()).toEqual(Object.keys(noEvents()).sort());
  });
});

describe("bounded is the answer of", () => {
  test("a run over 150 candidates that all fail", async () => {
    for (let count = 0; count < 150; count += 1) play.scene.addCandidate({ inHrflow: false });
    const answer = await play.update();
    expect(answer).toMatchObject({
      status: "fatal",
      reason: "write_failure",
      message: expect.stringMatching(/^150 of 150 failed, one of them: .* Run it again once that is mended/),
      events: { write_failure: 150 },
    });
    expect(answer.items).toHaveLength(100);
    expect(sizeOf(answer)).toBeLessThan(50_000);
    expect(JSON.stringify([answer, play.scene.environment.logged])).not.toMatch(PERSONAL_DATA);
  }, 60_000);

  test("a failure whose words have no end", async () => {
    const body = { errors: [{ detail: "no ".repeat(100_000) }] };
    play.scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 422, body });
    expect(sizeOf(await play.push())).toBeLessThan(2_000);
  });

  test("a dry run: it previews the person, as far as there is place, and logs nothing of it", async () => {
    for (let count = 0; count < 5; count += 1) play.scene.addCandidate();
    const answer = await play.update({ persist: false, format: "large" });
    expect(answer).toMatchObject({ status: "success", items: { length: 5 } });
    expect(answer.items.filter(({ preview }) => preview !== undefined)).toHaveLength(3);
    expect(answer.items.at(-1)?.notes?.at(-1)).toBe("its preview is left out: the answer would be too large");
    expect(JSON.stringify(answer)).toContain(MARK);
    expect(sizeOf(answer)).toBeLessThan(1_100_000);
    expect(JSON.stringify(play.scene.environment.logged)).not.toMatch(PERSONAL_DATA);
  });
});
