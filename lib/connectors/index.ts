/** The list of connectors. A new one is added here, and nowhere else in the code. */
import type { Connector, ConnectorTerms } from "../connector.ts";
import flatchr from "./flatchr/index.ts";
import { terms as flatchrTerms } from "./flatchr/schema.ts";
import smartrecruiters from "./smartrecruiters/index.ts";
import { terms as smartrecruitersTerms } from "./smartrecruiters/schema.ts";
import teamtailor from "./teamtailor/index.ts";
import { terms as teamtailorTerms } from "./teamtailor/schema.ts";

export const connectors = [flatchr, smartrecruiters, teamtailor] as const satisfies readonly Connector[];

export type AnyConnector = (typeof connectors)[number];

/**
 * The same list, without the code that runs workflows. A function checks all workflows and runs those of one connector,
 * so its bundle holds this list, and that connector alone.
 */
export const connectorTerms = [
  flatchrTerms,
  smartrecruitersTerms,
  teamtailorTerms,
] as const satisfies TermsOf<typeof connectors>;

/** The compiler sees to it that no connector is missing. */
type TermsOf<List extends readonly Connector[]> = {
  [Index in keyof List]: ConnectorTerms & Pick<List[Index], "name">;
};
