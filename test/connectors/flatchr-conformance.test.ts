/** The Flatchr connector in the suite that every connector passes, in what Flatchr's pages leave open. */
import { describe } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import type { FlatchrOptions } from "../../local/vendors/flatchr.ts";
import { testConnector } from "../conformance/conformance.ts";
import { flatchrBench } from "../conformance/flatchr.ts";

const VARIANTS: [name: string, options: FlatchrOptions, isThorough: boolean][] = [
  ["Flatchr", {}, true],
  [
    "Flatchr, as strict as it may be",
    {
      createStatus: 201,
      createAnswer: "empty",
      exoticCharacters: "refuse",
      unknownKeysOnCreate: "refuse",
      unknownFilters: "refuse",
      duplicates: "refuse",
      consent: "list",
      enrichmentReference: "either",
      errorForm: "status_and_response",
    },
    false,
  ],
];

describe.each(VARIANTS)("%s", (_, options, isThorough) =>
  testConnector(flatchr, flatchrBench(options, isThorough)),
);
