/** The list of connectors. A new one is added here, and nowhere else in the code. */
import type { Connector } from "../connector.ts";
import teamtailor from "./teamtailor/index.ts";

export const connectors = [teamtailor] as const satisfies readonly Connector[];

export type AnyConnector = (typeof connectors)[number];
