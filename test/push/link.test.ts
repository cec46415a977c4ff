/** The link: who holds it and for how long, what a mark and a release leave in it, and what is refused to whom. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Environment } from "../../lib/environment.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { eraseLink, isHeld, leaseLink, readLink, readLinkState } from "../../lib/push/link.ts";
import { updateItem } from "../../lib/table.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const NOW = Date.UTC(2026, 0, 5, 9);

let aws: TestEnvironment;
beforeAll(async () => {
  aws = await startTestEnvironment({});
});
afterAll(() => aws.stop());

let now = NOW;
let world: Environment;
let key = { workflowId: "w", sourceKey: "s", profileKey: "0" };
beforeEach(() => {
  now = NOW;
  world = { ...aws, now: () => now };
  key = { ...key, profileKey: String(Number(key.profileKey) + 1) };
});
afterEach(() => vi.restoreAllMocks());

const lease = (owner: string, milliseconds = 10_000) => leaseLink(key, milliseconds, owner, world);
const state = () => readLinkState(key, world);
/** The table's answers fail from now on. */
const breakTable = () => {
  world = { ...world, dynamodb: { send: () => Promise.reject(new Error("away")) } as never };
};

test("of a profile that was never pushed nothing is known", async () => {
  expect(await state()).toBeUndefined();
  expect(await readLink(key, world)).toEqual({});
});

describe("a link that a push holds", () => {
  test("is refused to another, who is told when to come back", async () => {
    await lease("one");
    now += 2_500;
    const refused = lease("two");
    await expect(refused).rejects.toThrow(TemporaryError);
    await expect(refused).rejects.toMatchObject({
      reason: "already_running",
      message: "another push of this profile is at work",
      retryAfterInSeconds: 9, // 7.5 seconds are left: eight, and one more.
    });
    expect(await state()).toMatchObject({ lease_owner: "one", lease_expires_at: NOW + 10_000 });
  });

  test("that ends while another is refused is worth a second of waiting", async () => {
    await lease("one");
    const late = { ...world, now: vi.fn(() => NOW + 20_000).mockReturnValueOnce(NOW) };
    await expect(leaseLink(key, 10_000, "two", late)).rejects.toMatchObject({ retryAfterInSeconds: 1 });
  });

  test("is given to the one who has it already: the first answer may have been lost", async () => {
    await lease("one");
    now += 1_000;
    await lease("one");
    expect(await state()).toMatchObject({ lease_owner: "one", lease_expires_at: NOW + 11_000 });
  });

  test("is given to another when its time is over, and not in its last millisecond", async () => {
    await lease("one");
    now = NOW + 10_000;
    await expect(lease("two")).rejects.toMatchObject({ reason: "already_running", retryAfterInSeconds: 1 });
    now += 1;
    await lease("two");
    expect(await state()).toMatchObject({ lease_owner: "two" });
  });

  test("counts as held until then, and not when it was released", () => {
    const held = { lease_owner: "one", lease_expires_at: NOW };
    expect([isHeld(held, NOW - 1), isHeld(held, NOW), isHeld(held, NOW + 1)]).toEqual([true, true, false]);
    expect(isHeld({ lease_owner: "one" }, NOW)).toBe(false);
    expect(isHeld({ lease_expires_at: NOW }, NOW)).toBe(false);
  });

  test("is not erased before its time is over", async () => {
    await lease("one");
    now = NOW + 10_000;
    const refused = eraseLink(key, world);
    await expect(refused).rejects.toThrow(TemporaryError);
    await expect(refused).rejects.toMatchObject({
      reason: "already_running",
      message: "a push of this profile is at work: try again in some minutes",
    });
    now += 1;
    await eraseLink(key, world);
    expect(await state()).toBeUndefined();
  });
});

test("a link that nobody holds is erased", async () => {
  const { release } = await lease("one");
  await release({ candidate_id: "7" }, "created");
  await eraseLink(key, world);
  expect(await state()).toBeUndefined();
});

describe("a push that ended", () => {
  const all = {
    candidate_id: "7",
    fingerprint: "f",
    cv_fingerprint: "c",
    creating_since: NOW,
    creating_as: "e",
  };

  test("leaves in the link what it was given, how it ended, and nobody who holds it", async () => {
    const { link, release } = await lease("one");
    expect(link).toEqual({});
    now += 1_000;
    await release(all, "created");
    const released = { last_outcome: "created", released_by: "one", updated_at: "2026-01-05T09:00:01.000Z" };
    expect(await state()).toEqual({ ...all, ...released });
    expect(await readLink(key, world)).toEqual(all);
    expect((await lease("two")).link).toEqual(all);
  });

  test("takes from the link what is not known any more", async () => {
    await (await lease("one")).release(all, "created");
    const { release } = await lease("two");
    await release({ ...all, creating_since: undefined, creating_as: undefined }, "updated");
    const { creating_since: _, creating_as: __, ...left } = all;
    expect(await readLink(key, world)).toEqual(left);
  });

  test("leaves what went wrong and for how many times in a row, until one goes well", async () => {
    await (await lease("one")).release({}, "write_failure", "x".repeat(400));
    expect(await state()).toMatchObject({
      last_outcome: "write_failure",
      last_detail: "x".repeat(300),
      attempts: 1,
    });
    await (await lease("two")).release({}, "read_failure", "again");
    expect(await state()).toMatchObject({ last_outcome: "read_failure", last_detail: "again", attempts: 2 });
    await (await lease("three")).release({}, "updated");
    const well = await state();
    expect(well).toMatchObject({ last_outcome: "updated" });
    expect(well).not.toHaveProperty("last_detail");
    expect(well).not.toHaveProperty("attempts");
  });

  test("may say so twice: the first answer may have been lost", async () => {
    const { release } = await lease("one");
    await release(all, "created");
    await release(all, "created");
    expect(await state()).toMatchObject({ candidate_id: "7", released_by: "one" });
  });

  test("without a word leaves a fingerprint that is not believed, and all else", async () => {
    await (await lease("one")).release(all, "created");
    await lease("two");
    now += 10_001;
    expect((await lease("three")).link).toEqual({ ...all, fingerprint: undefined });
  });

  test("after another took the link changes nothing", async () => {
    const { release, markCreating } = await lease("one");
    now += 10_001;
    await lease("two");
    const lost = {
      reason: "state_failure",
      message: "the lease of the link ran out, and another push took it",
    };
    await expect(release(all, "created")).rejects.toMatchObject(lost);
    await expect(release(all, "created")).rejects.toThrow(TemporaryError);
    await expect(markCreating("e")).rejects.toMatchObject(lost);
    expect(await readLink(key, world)).toEqual({});
    await (await lease("two")).release({ candidate_id: "8" }, "created");
    await expect(release(all, "created")).rejects.toMatchObject(lost);
    expect(await readLink(key, world)).toEqual({ candidate_id: "8" });
  });
});

describe("a mark", () => {
  test("says when a create was begun, and by what its candidate can be found", async () => {
    const { markCreating } = await lease("one");
    now += 500;
    const mark = { creating_since: NOW + 500, creating_as: "e" };
    expect(await markCreating("e")).toEqual(mark);
    expect(await readLink(key, world)).toEqual(mark);
  });

  test("of a candidate that cannot be found takes the place of one that could be", async () => {
    const { markCreating } = await lease("one");
    await markCreating("e");
    expect(await markCreating(undefined)).toEqual({ creating_since: NOW, creating_as: undefined });
    expect(await readLink(key, world)).toEqual({ creating_since: NOW });
  });
});

describe("when the table does not answer", () => {
  const failure = (operation: string) => ({
    reason: "state_failure",
    message: expect.stringContaining(operation),
  });

  test("a lease, a mark, a release and an erasure say so", async () => {
    const { markCreating, release } = await lease("one");
    const working = world;
    breakTable();
    await expect(lease("one")).rejects.toMatchObject(failure("UpdateItem"));
    await expect(eraseLink(key, world)).rejects.toMatchObject(failure("DeleteItem"));
    // Those two have the world that they were leased in.
    await expect(markCreating("e")).resolves.toBeDefined();
    await expect(release({}, "created")).resolves.toBeUndefined();
    world = working;
    expect(await state()).toMatchObject({ last_outcome: "created" });
  });
});

test("each profile, source and workflow has a link of its own", async () => {
  await (await lease("one")).release({ candidate_id: "7" }, "created");
  for (const other of [{ workflowId: "w2" }, { sourceKey: "s2" }, { profileKey: "p2" }])
    expect(await readLink({ ...key, ...other }, world)).toEqual({});
  await updateItem(
    { pk: `link#w#s#${key.profileKey}`, sk: "link" },
    { set: { fingerprint: "f" } },
    { ...aws },
  );
  expect(await readLink(key, world)).toEqual({ candidate_id: "7", fingerprint: "f" });
});
