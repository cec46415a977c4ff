/**
 * The defects of the library that Relay replaces, by the numbers under which they are known: none of them may come back.
 * Those that concern the update of profiles from Flatchr are the last.
 */
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connector } from "../lib/connector.ts";
import flatchr from "../lib/connectors/flatchr/index.ts";
import smartrecruiters from "../lib/connectors/smartrecruiters/index.ts";
import teamtailor from "../lib/connectors/teamtailor/index.ts";
import { readSettings } from "../lib/settings.ts";
import type { FlatchrOptions } from "../local/vendors/flatchr.ts";
import type { Bench } from "./conformance/conformance.ts";
import { recordRequests, runByHand, testPreviousDefects } from "./conformance/defects.ts";
import { flatchrBench } from "./conformance/flatchr.ts";
import { hash } from "./conformance/hash.ts";
import {
  aPerson,
  expectOneCandidate,
  KEY,
  openScene,
  pushUntilDone,
  recordRealUrls,
} from "./conformance/scene.ts";
import { smartrecruitersBench } from "./conformance/smartrecruiters.ts";
import { teamtailorBench } from "./conformance/teamtailor.ts";
import { startUpdateScene, type UpdateScene } from "./update/scene.ts";

const CREATION = "POST /vacancy/candidate/json";
const SEARCH = "POST /company/:companyId/search/applicants";
const ENRICHMENT = "POST /company/:companyId/search/candidate";
const ADA = aPerson().info;

const ALL: [label: string, connector: Connector, bench: Bench][] = [
  ["Flatchr", flatchr, flatchrBench()],
  ["SmartRecruiters", smartrecruiters, smartrecruitersBench()],
  ["Teamtailor", teamtailor, teamtailorBench()],
];
const openFlatchr = (options: FlatchrOptions = {}) => openScene(flatchr, flatchrBench(options));
const openTeamtailor = () => openScene(teamtailor, teamtailorBench());
/** It takes no member that its model does not have. */
const openSmartrecruiters = () => openScene(smartrecruiters, smartrecruitersBench({ unknownKeys: "refuse" }));

describe.each(ALL)("%s", (_, connector, bench) => testPreviousDefects(connector, bench));

describe("Flatchr alone", () => {
  test("C-1: an address with a slash at its end is the address without", async () => {
    const scene = await openFlatchr();
    const { apiUrl, careersUrl } = scene.account.simulator;
    scene.environment.settings = readSettings({
      TABLE_NAME: scene.environment.settings.tableName,
      HRFLOW_BASE_URL: `${scene.hrflow.url}/`,
      FLATCHR_API_BASE_URL: `${apiUrl}/`,
      FLATCHR_CAREERS_BASE_URL: `${careersUrl}/`,
      CV_ALLOWED_ORIGINS: new URL(scene.hrflow.url).origin,
    });
    expect(await scene.push(scene.addProfile())).toMatchObject({ outcome: "created" });
    const auth = v.parse(flatchr.auth, { api_key: KEY, env_base_url: "https://api.demo.flatchr.io/" });
    expect(auth.env_base_url).toBe("https://api.demo.flatchr.io");
  });

  test.each([CREATION, ENRICHMENT])(
    "C-4: a profile that fails (%s) is counted once, and a run in which nothing worked is fatal",
    async (route) => {
      const scene = await openFlatchr();
      scene.account.simulator.failNext({ route }, { kind: "status", status: 400 }, 2);
      expect(await runByHand(scene, scene.addProfile())).toMatchObject({
        status: "fatal",
        reason: "write_failure",
        events: { read_success: 1, write_success: 0, write_failure: 1 },
      });
    },
  );

  test("C-14: the phone and the address are those of the profile", async () => {
    const scene = await openFlatchr();
    await scene.push(scene.addProfile());
    expect(scene.account.simulator.candidates()).toMatchObject([{ phone: ADA.phone }]);
    expect(scene.account.simulator.enrichments()).toMatchObject([
      { value: { address: { formatted_address: ADA.location.text, locality: "Paris" } } },
    ]);
  });

  test("C-18: nobody is found by the name: homonyms keep their own data", async () => {
    const scene = await openFlatchr();
    const { first_name: firstname, last_name: lastname } = ADA;
    const { candidate } = scene.account.simulator.addCandidate({ firstname, lastname });
    const profile = scene.addProfile();
    expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
    expect(scene.account.simulator.enrichments()).not.toMatchObject([{ candidateId: candidate.id }]);
    await expectOneCandidate(scene, profile);
  });

  test.each([
    ["nothing", { kind: "status", status: 200, body: [] }],
    ["an error in place of a list", { kind: "status", status: 200, body: { statusCode: 500 } }],
  ] as const)("C-18: a search that answers %s costs no second candidate", async (_, fault) => {
    const scene = await openFlatchr();
    const profile = scene.addProfile();
    const { simulator } = scene.account;
    simulator.failNext({ route: SEARCH }, { kind: "slow" });
    simulator.failNext({ route: SEARCH }, fault);
    const { failures } = await pushUntilDone(scene, profile);
    expect(failures.length).toBeGreaterThan(0);
    expect(simulator.writes.created).toBe(1);
    await expectOneCandidate(scene, profile);
  });

  test.each(["boolean", "list"] as const)(
    "C-18: a consent that is a %s tells the candidate",
    async (consent) => {
      const scene = await openFlatchr({ consent });
      await scene.push(scene.addProfile());
      const [candidate] = scene.account.simulator.candidates();
      expect(scene.account.simulator.enrichments()).toMatchObject([{ candidateId: candidate?.id }]);
    },
  );

  test("C-18: after a refused creation nobody is enriched", async () => {
    const scene = await openFlatchr();
    scene.account.simulator.failNext({ route: CREATION }, { kind: "status", status: 400 });
    await expect(scene.push(scene.addProfile())).rejects.toMatchObject({ reason: "write_failure" });
    expect(scene.account.simulator.writes).toMatchObject({ created: 0, touched: 0, enriched: 0 });
  });

  test("C-18: an enrichment that failed is made up for, without a second creation", async () => {
    const scene = await openFlatchr();
    const profile = scene.addProfile();
    scene.account.simulator.failNext({ route: ENRICHMENT }, { kind: "status", status: 500 });
    await pushUntilDone(scene, profile);
    expect(scene.account.simulator.writes).toMatchObject({ created: 1, enriched: 1 });
  });

  test("C-19: a CV has its own name and type", async () => {
    const scene = await openFlatchr();
    const profile = scene.addProfile({}, { cv: null });
    const bytes = Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.from("word/document.xml")]);
    const fileName = "Lebenslauf.docx";
    scene.hrflow.addAttachment(profile.key, { type: "resume", extension: ".docx", fileName, bytes });
    await scene.push(profile);
    const [candidate] = scene.account.simulator.candidates();
    expect(scene.account.simulator.file(candidate?.cv?.key ?? "")).toMatchObject({
      fileName,
      contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    });
  });

  test("C-22: the key travels over HTTPS alone", async () => {
    const scene = await openFlatchr();
    const realUrls = recordRealUrls(scene);
    await scene.push(scene.addProfile());
    expect(Object.keys(realUrls)).toContain("FLATCHR_CAREERS_BASE_URL");
    for (const url of Object.values(realUrls)) expect(url).toMatch(/^https:/);
    const auth = { api_key: KEY, company_id: "1" };
    expect(v.parse(flatchr.auth, auth).env_base_url).toMatch(/^https:/);
    const plain = { ...auth, env_base_url: "http://api.flatchr.io" };
    expect(v.safeParse(flatchr.auth, plain).success).toBe(false);
  });
});

describe("Teamtailor alone", () => {
  test.each([[["original", "resume"]], [["resume", "original"]]] as const)(
    "C-15: of %j the resume is the resume",
    async (types) => {
      const scene = await openTeamtailor();
      const profile = scene.addProfile({}, { cv: null });
      for (const type of types) {
        scene.hrflow.addAttachment(profile.key, {
          type,
          extension: ".pdf",
          bytes: Buffer.from(`%PDF ${type}`),
        });
      }
      await scene.push(profile);
      expect(await scene.candidatesOf(profile)).toMatchObject([{ cvs: [hash("%PDF resume")] }]);
    },
  );

  test("C-15: without a CV no resume is sent, not an empty one", async () => {
    const scene = await openTeamtailor();
    const sent = recordRequests(scene);
    await scene.push(scene.addProfile({}, { cv: null }));
    expect(sent.at(-1)?.body).toContain("first-name");
    expect(sent.at(-1)?.body).not.toContain("resume");
  });

  test.each([true, false])("C-16: sourced is the boolean %s, and tags are texts", async (sourced) => {
    const scene = await openTeamtailor();
    const tags = [42, "fair", true, false, null].map((value, index) => ({ name: `tag-${index}`, value }));
    await scene.push(scene.addProfile({ tags }), { push_parameters: { sourced } });
    expect(scene.account.simulator.candidates()).toMatchObject([
      { attributes: { sourced, tags: ["tag-0: 42", "tag-1: fair", "tag-2", "tag-4"] } },
    ]);
  });
});

describe("SmartRecruiters alone", () => {
  test("C-14: the place is that of the profile, and there is none where none is known", async () => {
    const scene = await openSmartrecruiters();
    await scene.push(scene.addProfile());
    const email = `other.${ADA.email}`;
    await scene.push(scene.addProfile({ info: { email, location: { text: null, fields: null } } }));
    const [known, unknown] = scene.account.simulator.candidates();
    expect(known?.details.location).toEqual({ city: "Paris", countryCode: "FR" });
    expect(unknown?.details).not.toHaveProperty("location");
  });

  test("C-17: urls, education and experience arrive under their names, and nothing is made up", async () => {
    const scene = await openSmartrecruiters();
    const [experience] = aPerson().experiences;
    const date_start = "2016-06-30 00:00:00";
    const sent = recordRequests(scene);
    await scene.push(
      scene.addProfile({ experiences: [{ ...experience, date_start, date_end: null, description: null }] }),
    );
    const { details } = scene.account.simulator.candidates()[0] ?? expect.fail("it was created");
    expect(details.web).toEqual({ linkedin: ADA.urls[0]?.url, website: ADA.urls[1]?.url });
    expect(details.education).toHaveLength(1);
    expect(details.experience).toEqual([
      { title: experience?.title, company: experience?.company, startDate: "2016-06-30" },
    ]);
    const bodies = sent.map(({ body }) => body).join();
    for (const invented of ["XXXX", "Undefined", "consent", '"attachments"', "null"]) {
      expect(bodies).not.toContain(invented);
    }
  });
});

describe("Updates from Flatchr", () => {
  let scene: UpdateScene;
  beforeEach(async () => {
    scene = await startUpdateScene();
  });
  afterEach(() => scene.stop());

  test("C-2: an update wipes nothing of the profile", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run();
    expect(scene.profileOf(candidateId)).toMatchObject({
      info: { first_name: "Ada", summary: "Foreign to Flatchr" },
      experiences: [{ title: "Engineer", company: "ACME" }],
      tags: expect.arrayContaining([{ name: "foreign", value: "kept" }]),
    });
  });

  test("C-3: a run that discards everybody is a success; one logic that throws is a logics_failure", async () => {
    scene.add("Ada");
    scene.add("Grace");
    expect(await scene.run({ logics: [() => null] })).toMatchObject({ status: "success", reason: "none" });
    const throwsForAda = ({ firstname }: { firstname: string }) => {
      if (firstname === "Ada") throw new Error("cannot tell");
      return null;
    };
    expect(await scene.run({ logics: [throwsForAda] })).toMatchObject({
      reason: "logics_failure",
      events: { logics_discard: 1, logics_failure: 1 },
    });
  });

  test("C-5: a dry run touches nobody, and a run asks for each candidate once in its life", async () => {
    scene.add("Ada", { cv: true });
    await scene.run({ persist: false });
    expect(scene.flatchr.writes).toMatchObject({ moved: 0, touched: 0 });
    await scene.run();
    await scene.run({ incremental: false });
    expect(scene.flatchr.writes).toMatchObject({ moved: 0, touched: 1 });
  });

  test("C-6: a candidate of a column or vacancy that is gone, or without CV, stops nobody else", async () => {
    const closed = scene.flatchr.addVacancy({ title: "Closed" });
    scene.flatchr.addCandidate({}, { vacancyId: closed.id });
    scene.flatchr.closeVacancy(closed.id);
    const { id: columnId } = scene.flatchr.addColumn("Gone");
    const lost = scene.add("Grace");
    scene.flatchr.moveApplicant(lost.applicantId, columnId);
    scene.flatchr.removeColumn(columnId);
    const { candidateId } = scene.add("Ada", { cv: true });
    const { events } = await scene.run();
    expect(events).toMatchObject({ read_failure: 1, write_success: 2 });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
    expect(scene.profileOf(lost.candidateId)?.info.first_name).toBe("Grace");
  });

  test("C-7: an unknown source is said before anything is parsed", async () => {
    scene.add("Ada", { cv: true });
    const source_key = "0".repeat(40);
    expect(await scene.run({ push_parameters: { source_key } })).toMatchObject({ status: "fatal" });
    expect(scene.hrflow.calls.filter(({ write }) => write)).toEqual([]);
  });

  test("C-8: what HrFlow refused is tried again by the next run", async () => {
    const { candidateId } = scene.add("Ada");
    scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 422 });
    expect(await scene.run()).toMatchObject({ status: "fatal", reason: "write_failure" });
    expect((await scene.run()).events).toMatchObject({ write_success: 1 });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });

  test("C-9: a run that is not incremental takes nothing away from those that are", async () => {
    scene.add("Ada");
    await scene.run();
    const sent = recordRequests(scene);
    const searchOf = async (incremental: boolean) => {
      sent.length = 0;
      await scene.run({ incremental });
      return sent.find(({ url }) => url.pathname.endsWith("/search/applicants"))?.body;
    };
    const before = await searchOf(true);
    expect(before).toMatch(/start_update/);
    expect(await searchOf(false)).not.toMatch(/start_update/);
    expect(await searchOf(true)).toBe(before);
  });

  test("C-21: somebody without a name gets none", async () => {
    const { candidate } = scene.flatchr.addCandidate({ firstname: "", lastname: "" });
    const info = { first_name: "Kept", last_name: "Name" };
    scene.hrflow.putProfile({ source_key: scene.sourceKey, reference: candidate.id, info });
    await scene.run();
    expect(scene.profileOf(candidate.id)?.info).toMatchObject({ ...info, full_name: "Kept Name" });
  });
});
