import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CandidateExistsError } from "../../lib/connector.ts";
import smartrecruitersConnector from "../../lib/connectors/smartrecruiters/index.ts";
import type { SmartrecruitersCandidate } from "../../lib/connectors/smartrecruiters/schema.ts";
import { PermanentError, TemporaryError, VendorError } from "../../lib/errors.ts";
import { DEFAULT_SMARTRECRUITERS_KEY } from "../../local/vendors/smartrecruiters.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import {
  ATTACH,
  CREATE,
  changesOf,
  cvOf,
  jobsOf,
  openAccount,
  zoe,
  zoeOfRecruiter,
} from "./smartrecruiters-account.ts";

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await startTestEnvironment({});
});
afterAll(() => environment.stop());

const open = (options: Parameters<typeof openAccount>[1] = {}) => openAccount(environment, options);

test("one write and the calls before it fit into the budget, and a look-up waits until a write is over", () => {
  const { budgetInSeconds, settleInSeconds } = smartrecruitersConnector.push;
  expect(budgetInSeconds).toBeGreaterThanOrEqual(128 + 20);
  expect(settleInSeconds).toBeGreaterThan(budgetInSeconds);
});

describe("finding a candidate", () => {
  test("by the exact e-mail, whatever its capitals, and no other that the search brings", async () => {
    const account = await open();
    const { smartrecruiters, open: connect } = account;
    smartrecruiters.addCandidate({ ...zoe, email: `${zoe.email}.au` });
    const { id } = smartrecruiters.addCandidate({ ...zoe, email: "ZOE.Canari@Example.com" });
    expect(await connect().find(zoe)).toEqual({ outcome: "found", candidateId: id, notes: [] });
    expect(await connect().find({ ...zoe, email: "oe.canari@example.com" })).toEqual({
      outcome: "not_found",
    });
    expect(changesOf(account)).toEqual([]);
  });

  test.each(["empty", "null", "omit"] as const)(
    "on a later page, with the last page id %s",
    async (lastPageId) => {
      const { smartrecruiters, open: connect } = await open({ lastPageId });
      for (let index = 0; index < 205; index += 1) {
        smartrecruiters.addCandidate({ email: `${index}.${zoe.email}` });
      }
      expect(await connect().find(zoe)).toEqual({ outcome: "not_found" });
      expect(smartrecruiters.calls).toHaveLength(3);
      const { id } = smartrecruiters.addCandidate(zoe);
      expect(await connect().find(zoe)).toMatchObject({ outcome: "found", candidateId: id });
    },
  );

  test("is given up when the search never ends", async () => {
    const { smartrecruiters, open: connect } = await open();
    const body = { content: [{ id: "1", email: "somebody@example.com" }], nextPageId: "again" };
    smartrecruiters.failNext({ route: "GET /candidates" }, { kind: "status", status: 200, body }, 100);
    expect(await connect().find(zoe)).toEqual({
      outcome: "cannot_tell",
      why: expect.stringContaining("too many hits"),
    });
  });

  test("and not what a creation of our own left beside it", async () => {
    const { smartrecruiters, jobId, open: connect } = await open();
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter);
    smartrecruiters.addCandidate(zoe, jobId);
    expect(await connect().find(zoe)).toEqual({ outcome: "found", candidateId: id, notes: [] });
  });

  test("of several with one e-mail, the one on the job, and says so", async () => {
    const { smartrecruiters, jobId, otherJobId, open: connect } = await open();
    smartrecruiters.addCandidate(zoe, otherJobId);
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, jobId);
    expect(await connect().find(zoe)).toMatchObject({
      outcome: "found",
      candidateId: id,
      notes: [expect.stringContaining("2 candidates with this e-mail")],
    });
  });
});

describe("creating a candidate", () => {
  test("puts it on the job, in the API's own form, with its CV as a file", async () => {
    const account = await open({ unknownKeys: "refuse" });
    const { location, web, ...details } = zoeOfRecruiter;
    const candidate: SmartrecruitersCandidate = { ...details, location, web };
    const { candidateId, ...written } = await account.open().create(candidate, cvOf("a CV"));
    expect(written).toEqual({ notes: [] });
    expect(account.smartrecruiters.candidates()).toMatchObject([{ id: candidateId, details: candidate }]);
    expect(jobsOf(account, candidateId)).toEqual([account.jobId]);
    expect(account.smartrecruiters.attachments()).toMatchObject([
      {
        candidateId,
        type: "RESUME",
        name: "Zoë Martin-Canari.pdf",
        contentType: "application/pdf",
        base64: Buffer.from("a CV").toString("base64"),
      },
    ]);
    expect(changesOf(account)).toEqual([CREATE, ATTACH]);
  });

  test("says when SmartRecruiters has it already", async () => {
    const { smartrecruiters, jobId, open: connect } = await open({ duplicateOnJob: "conflict" });
    smartrecruiters.addCandidate(zoe, jobId);
    await expect(connect().create(zoe, undefined)).rejects.toThrow(CandidateExistsError);
    const body = { message: "Candidate with this e-mail already exists" };
    smartrecruiters.failNext({ route: CREATE }, { kind: "status", status: 400, body });
    await expect(connect().create(zoe, undefined)).rejects.toThrow(CandidateExistsError);
  });

  test("completes one that was there unseen, and whose details SmartRecruiters keeps", async () => {
    const account = await open({ duplicateOnJob: "same_id", knownDetails: "keep" });
    const { id } = account.smartrecruiters.addCandidate(
      { ...zoe, firstName: "Z.", tags: ["Shortlist"] },
      account.jobId,
    );
    const education = [{ institution: "Mines", degree: "Engineer" }];
    const candidate = { ...zoe, tags: ["senior"], education };
    account.pass(3600);
    expect(await account.open().create(candidate, cvOf("a CV"))).toEqual({
      candidateId: id,
      notes: [expect.stringContaining("keeps the education")],
    });
    expect(account.smartrecruiters.candidates()).toMatchObject([
      { details: { firstName: "Zoë", tags: ["Shortlist", "senior"] } },
    ]);
    await account.open().create(candidate, cvOf("a CV"));
    expect(account.smartrecruiters.attachments()).toHaveLength(1);
  });

  test("never fails as if it had had no effect once the candidate is there", async () => {
    const account = await open({ duplicateOnJob: "same_id", knownDetails: "keep" });
    account.smartrecruiters.addCandidate({ ...zoe, firstName: "Z." }, account.jobId);
    account.pass(3600);
    account.smartrecruiters.failNext({ route: "PATCH /candidates/:id" }, { kind: "status", status: 400 });
    await expect(account.open().create(zoe, undefined)).rejects.toThrow(TemporaryError);
  });

  test("is content with an answer that holds the id alone", async () => {
    const account = await open();
    account.smartrecruiters.failNext({ route: CREATE }, { kind: "status", status: 201, body: { id: "42" } });
    expect(await account.open().create(zoe, undefined)).toEqual({ candidateId: "42", notes: [] });
    expect(account.smartrecruiters.calls).toHaveLength(1);
  });

  test("an id of a job is a part of the path, whatever it holds", async () => {
    const { smartrecruiters, open: connect } = await open();
    const { id } = smartrecruiters.addJob({ id: "a/b ?c#d%2F..é" });
    const { candidateId } = await connect(id).create(zoe, undefined);
    expect(smartrecruiters.candidates()).toMatchObject([{ id: candidateId, assignments: [{ jobId: id }] }]);
  });
});

describe("updating a candidate", () => {
  test("changes what differs, and blanks nothing that HrFlow does not know", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
    expect(await account.open().update(id, { ...zoe, lastName: "Married" }, undefined)).toEqual({
      outcome: "updated",
      notes: [],
    });
    expect(account.smartrecruiters.candidates()).toMatchObject([
      { details: { ...zoeOfRecruiter, lastName: "Married" } },
    ]);
    expect(changesOf(account)).toEqual(["PATCH /candidates/:id"]);
  });

  test("writes nothing when nothing differs", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
    const known = {
      ...zoeOfRecruiter,
      email: "Zoe.Canari@EXAMPLE.com",
      tags: ["shortlist"],
      location: { city: "Paris" },
    };
    expect(await account.open().update(id, known, undefined)).toEqual({ outcome: "unchanged", notes: [] });
    expect(changesOf(account)).toEqual([]);
  });

  test.each(["replace", "merge"] as const)(
    "completes location and web where PATCH %ss them",
    async (patchNested) => {
      const account = await open({ patchNested });
      const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
      const web = { linkedin: "https://l.example" };
      await account
        .open()
        .update(id, { ...zoe, web, location: { city: "Paris", lat: 48.9, lng: 2.4 } }, undefined);
      expect(account.smartrecruiters.candidates()[0]?.details).toMatchObject({
        web: { ...web, website: "https://zoe.example" },
        location: { ...zoeOfRecruiter.location, lat: 48.9, lng: 2.4 },
      });
    },
  );

  test.each([
    [
      "within the country",
      { city: "Lyon" },
      { city: "Lyon", region: "Île-de-France", regionCode: "IDF", countryCode: "FR" },
    ],
    [
      "within the country, with the region",
      { region: "Rhône", city: "Lyon" },
      { region: "Rhône", city: "Lyon", countryCode: "FR" },
    ],
    ["to another country", { countryCode: "DE", city: "Berlin" }, { countryCode: "DE", city: "Berlin" }],
  ])(
    "leaves one who has moved %s nothing of the old place that is narrower",
    async (_, location, expected) => {
      const account = await open();
      const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
      await account.open().update(id, { ...zoe, location }, undefined);
      expect(account.smartrecruiters.candidates()[0]?.details.location).toEqual(expected);
    },
  );

  test.each(["replace", "add"] as const)("adds tags and loses none where PUT %ss them", async (putTags) => {
    const account = await open({ putTags });
    const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
    await account.open().update(id, { ...zoe, tags: ["SHORTLIST", "senior"] }, undefined);
    expect(account.smartrecruiters.candidates()[0]?.details.tags).toEqual(["Shortlist", "senior"]);
    expect(changesOf(account)).toEqual(["PUT /candidates/:id/tags"]);
  });

  test("says which lists differ that the API cannot change", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
    const experience = [{ title: "Baker", company: "Les Fournils" }, { title: "Head baker" }];
    const { education } = zoeOfRecruiter;
    const note = "SmartRecruiters keeps the experience that it has: its API cannot change them";
    expect(await account.open().update(id, { ...zoe, education, experience }, undefined)).toEqual({
      outcome: "unchanged",
      notes: [note],
    });
  });

  test("of a candidate that is gone says so, before the change and in its midst", async () => {
    const account = await open();
    expect(await account.open().update("a/b ?c#d", zoe, undefined)).toEqual({ outcome: "gone" });
    const { id } = account.smartrecruiters.addCandidate({ ...zoe, firstName: "Z." }, account.jobId);
    account.smartrecruiters.failNext({ route: "PATCH /candidates/:id" }, { kind: "status", status: 404 });
    expect(await account.open().update(id, zoe, undefined)).toEqual({ outcome: "gone" });
  });
});

describe("the CV", () => {
  const cv = cvOf("the newest CV", "resume.pdf");

  test.each([200, 201] as const)(
    "is sent to a candidate that has none, answered %i",
    async (attachmentStatus) => {
      const account = await open({ attachmentStatus });
      const { id } = account.smartrecruiters.addCandidate(zoe, account.jobId);
      expect(await account.open().update(id, zoe, cv)).toMatchObject({ outcome: "updated" });
      expect(account.smartrecruiters.attachments()).toMatchObject([{ name: "resume.pdf", type: "RESUME" }]);
    },
  );

  test("alone can fail: then the candidate is in place, and only the CV is tried again", async () => {
    const account = await open();
    account.smartrecruiters.failNext({ route: ATTACH }, { kind: "status", status: 500 });
    const { candidateId = "", cvFailure } = await account.open().create(zoe, cv);
    expect(cvFailure).toBeInstanceOf(TemporaryError);
    changesOf(account);
    expect(await account.open().update(candidateId, zoe, cv)).toEqual({ outcome: "updated", notes: [] });
    expect(changesOf(account)).toEqual([ATTACH]);
    expect(account.smartrecruiters.candidates()).toHaveLength(1);
  });

  test.each(["reset", "html", "status"] as const)(
    "whose answer was lost (%s) is not sent again",
    async (kind) => {
      const account = await open();
      account.smartrecruiters.failNext({ route: ATTACH }, { kind, status: 502, when: "after" });
      const { candidateId = "", cvFailure } = await account.open().create(zoe, cv);
      expect(cvFailure).toBeInstanceOf(TemporaryError);
      expect(await account.open().update(candidateId, zoe, cv)).toEqual({ outcome: "unchanged", notes: [] });
      expect(account.smartrecruiters.attachments()).toHaveLength(1);
    },
  );

  test.each([
    ["another CV of the same name", cvOf("an older CV", "resume.pdf"), "RESUME"],
    ["another file with the same bytes", cvOf("the newest CV", "letter.pdf"), "RESUME"],
  ])("is sent beside %s", async (_, other) => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoe, account.jobId);
    await account.open().update(id, zoe, other);
    await account.open().update(id, zoe, cv);
    await account.open().update(id, zoe, cv);
    expect(account.smartrecruiters.attachments()).toHaveLength(2);
  });

  test("is not sent as long as it cannot be told whether it is there", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoe, account.jobId);
    await account.open().update(id, zoe, cv);
    for (const [route, status] of [
      ["GET /candidates/:id/attachments", 500],
      ["GET /candidates/:id/attachments/:attachmentId", 500],
      ["GET /candidates/:id/attachments/:attachmentId", 401],
    ] as const) {
      account.smartrecruiters.failNext({ route }, { kind: "status", status });
      const { outcome, cvFailure } = await account.open().update(id, zoe, cv);
      expect(outcome).toBe("unchanged");
      expect(cvFailure).toBeInstanceOf(TemporaryError);
    }
    expect(account.smartrecruiters.attachments()).toHaveLength(1);
  });

  test.each([
    ["may not be read", { kind: "status", status: 403 } as const],
    ["is gone", { kind: "status", status: 404 } as const],
    [
      "lies elsewhere",
      { kind: "status", status: 302, headers: { location: "http://127.0.0.1:1/cv" } } as const,
    ],
  ])("is sent when the file of the same name %s", async (_, fault) => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoe, account.jobId);
    await account.open().update(id, zoe, cvOf("an older CV", cv.fileName));
    account.smartrecruiters.failNext({ route: "GET /candidates/:id/attachments/:attachmentId" }, fault);
    expect(await account.open().update(id, zoe, cv)).toEqual({ outcome: "updated", notes: [] });
  });

  test.each([400, 413] as const)(
    "that SmartRecruiters refuses (%i) is a failure for good that says why",
    async (status) => {
      const account = await open({ attachmentMaximumBytes: 5, attachmentTooLargeStatus: status });
      const { candidateId, cvFailure } = await account.open().create(zoe, cv);
      expect(candidateId).toBe(account.smartrecruiters.candidates()[0]?.id);
      expect(cvFailure).toBeInstanceOf(PermanentError);
      const attachments = `${account.smartrecruiters.url}/candidates/${candidateId}/attachments`;
      expect(cvFailure?.message).toBe(
        `SmartRecruiters has the candidate, but not its CV (application/pdf, 13 bytes): SmartRecruiters POST ${attachments}: ${status} The file is too large`,
      );
    },
  );

  test("that comes too early for SmartRecruiters is tried again", async () => {
    const account = await open();
    account.smartrecruiters.failNext({ route: ATTACH }, { kind: "status", status: 404 });
    expect((await account.open().create(zoe, cv)).cvFailure).toBeInstanceOf(TemporaryError);
  });

  test("does not take the key to another address", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate(zoe, account.jobId);
    const foreign = { actions: { download: { url: "http://127.0.0.1:1/cv" } } };
    const body = { content: [{ type: "RESUME", name: cv.fileName, ...foreign }, { type: "AVATAR" }] };
    account.smartrecruiters.failNext(
      { route: "GET /candidates/:id/attachments" },
      { kind: "status", status: 200, body },
    );
    expect(await account.open().update(id, zoe, cv)).toEqual({ outcome: "updated", notes: [] });
  });
});

describe("an error says what SmartRecruiters says, and nothing personal", () => {
  test.each([
    ["data_path", "400 validation failure: /location/countryCode String is too long (3 chars), maximum 2"],
    ["full", "400 validation failure: /location/countryCode String is too long (3 chars), maximum 2"],
    ["code", "400 validation failure: /location/countryCode: String is too long (3 chars), maximum 2"],
  ] as const)("a validation failure in the form %s", async (validationForm, words) => {
    const account = await open({ validationForm });
    const wrong = account.open().create({ ...zoe, location: { countryCode: "FRA" } }, undefined);
    await expect(wrong).rejects.toThrow(words);
    await expect(wrong).rejects.toMatchObject({ isRefused: true, effect: "none" });
  });

  test.each(["with_errors", "message_only"] as const)(
    "a job that is not there, in the form %s",
    async (errorForm) => {
      const account = await open({ errorForm });
      await expect(account.open("no-such-job").create(zoe, undefined)).rejects.toThrow(
        /^SmartRecruiters POST http:.*\/jobs\/no-such-job\/candidates: 404 Job not found$/,
      );
    },
  );

  test("an account without the API", async () => {
    const account = await open({ access: "no_feature" });
    await expect(account.open().find(zoe)).rejects.toThrow("403 No access to feature: Customer API");
  });

  test.each([{ oops: true }, [], null, "words"])("an error body of another shape: %j", async (body) => {
    const account = await open();
    account.smartrecruiters.failNext(
      { route: CREATE },
      { kind: "status", status: 422, body: JSON.stringify(body) },
    );
    await expect(account.open().create(zoe, undefined)).rejects.toThrow(VendorError);
  });

  test("neither the candidate nor the key, whatever SmartRecruiters quotes", async () => {
    const account = await open();
    const { id } = account.smartrecruiters.addCandidate({ ...zoe, lastName: "M." }, account.otherJobId);
    const quoted = `${zoe.firstName} ${zoe.lastName} ${zoe.email} ${DEFAULT_SMARTRECRUITERS_KEY} Zoë Martin-Canari.pdf`;
    const body = { message: quoted, errors: [{ dataPath: "/email", message: quoted }] };
    const messages: string[] = [];
    const note = (error: unknown) => {
      messages.push((error as Error).message);
    };
    for (const status of [400, 409, 500]) {
      account.smartrecruiters.failNext({}, { kind: "status", status, body }, 1000);
      await account.open().find(zoe).catch(note);
      await account.open().create(zoe, undefined).catch(note);
      account.smartrecruiters.recover();
      for (const route of ["PATCH /candidates/:id", "PUT /candidates/:id/tags", CREATE, ATTACH]) {
        account.smartrecruiters.editCandidate(id, { lastName: "M.", tags: [] });
        account.smartrecruiters.failNext({ route }, { kind: "status", status, body });
        const written = await account
          .open()
          .update(id, { ...zoe, tags: ["senior"] }, cvOf("a CV"))
          .catch(note);
        if (written?.cvFailure) note(written.cvFailure);
        account.smartrecruiters.recover();
      }
    }
    expect(messages.length).toBeGreaterThan(12);
    for (const message of [...messages, ...environment.logged]) {
      expect(message).not.toMatch(/zoë|zoe|canari|smartrecruiters-api-key/i);
    }
  });
});
