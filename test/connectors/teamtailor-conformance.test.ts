/** The Teamtailor connector in the suite that every connector passes, in what Teamtailor's pages leave open. */
import { describe } from "vitest";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import type { TeamtailorOptions } from "../../local/vendors/teamtailor.ts";
import { testConnector } from "../conformance/conformance.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";

const VARIANTS: [name: string, options: TeamtailorOptions, isThorough: boolean][] = [
  ["Teamtailor", {}, true],
  [
    "Teamtailor, where e-mails may be used twice and tags are added",
    {
      emailUniqueness: "none",
      emailFilter: "insensitive",
      tagsOnUpdate: "add",
      resumeFetch: "sync",
    },
    false,
  ],
];

describe.each(VARIANTS)("%s", (_, options, isThorough) =>
  testConnector(teamtailor, teamtailorBench(options, isThorough)),
);
