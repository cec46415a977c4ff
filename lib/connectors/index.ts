/** The list of connectors. A new one is added here, and nowhere else in the code. */
import type { Connector } from "../connector.ts";
import flatchr from "./flatchr/index.ts";
import smartrecruiters from "./smartrecruiters/index.ts";
import teamtailor from "./teamtailor/index.ts";

export const connectors = [flatchr, smartrecruiters, teamtailor] as const satisfies readonly Connector[];

export type AnyConnector = (typeof connectors)[number];
