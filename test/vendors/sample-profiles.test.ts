import { expect, onTestFinished, test } from "vitest";
import { startHrflow } from "../../local/vendors/hrflow.ts";
import { samplePdf, sampleProfile, sparseProfile } from "../../local/vendors/sample-profiles.ts";

test("the same index is the same person, and each has an e-mail of their own", () => {
  expect(sampleProfile(3)).toEqual(sampleProfile(3));
  const emails = Array.from({ length: 200 }, (_, index) => sampleProfile(index).profile.info?.email);
  expect(new Set(emails).size).toBe(200);
  for (const email of emails) expect(email).toMatch(/^[a-z.\d-]+@example\.com$/);
});

test("a sample fits into HrFlow, files included", async () => {
  const hrflow = await startHrflow();
  onTestFinished(() => hrflow.stop());
  const source_key = hrflow.addSource().key;
  for (const { profile, files } of [sampleProfile(1), sampleProfile(2), sparseProfile(0)]) {
    const { key } = hrflow.putProfile({ ...profile, source_key });
    for (const file of files) hrflow.addAttachment(key, file);
    expect(hrflow.profile(key)?.attachments).toHaveLength(files.length);
  }
});

test("a CV is a PDF whose table of objects is where it says", () => {
  const text = samplePdf("CV (1)").toString("latin1");
  expect(text.startsWith("%PDF-1.4")).toBe(true);
  expect(text.slice(Number(/startxref\n(\d+)/.exec(text)?.[1])).startsWith("xref")).toBe(true);
});
