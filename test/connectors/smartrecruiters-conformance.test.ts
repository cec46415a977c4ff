/** The SmartRecruiters connector in the suite that every connector passes, in what SmartRecruiters' pages leave open. */
import { describe } from "vitest";
import smartrecruiters from "../../lib/connectors/smartrecruiters/index.ts";
import type { SmartrecruitersOptions } from "../../local/vendors/smartrecruiters.ts";
import { testConnector } from "../conformance/conformance.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";

const VARIANTS: [name: string, options: SmartrecruitersOptions, isThorough: boolean][] = [
  ["SmartRecruiters", { secondResume: "replace" }, true],
  [
    "SmartRecruiters, which knows its candidates again and merges",
    {
      duplicateOnJob: "same_id",
      duplicateElsewhere: "same_id",
      knownDetails: "keep",
      patchNested: "merge",
      putTags: "add",
      secondResume: "add",
      attachmentStatus: 200,
      validationStatus: 422,
      validationForm: "code",
      errorForm: "message_only",
      unknownKeys: "refuse",
      lastPageId: "omit",
      initialStatus: "LEAD",
    },
    false,
  ],
];

describe.each(VARIANTS)("%s", (_, options, isThorough) =>
  testConnector(smartrecruiters, smartrecruitersBench(options, isThorough)),
);
