import { isRecord } from "./record.ts";
import type { Route } from "./simulator.ts";
import { refusal, validationFailure } from "./smartrecruiters-errors.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";

const SOURCE_TYPES = [
  { id: "AGENCY", label: "Agency", subTypes: [], values: [{ id: "AGENCY1", label: "An agency" }] },
  { id: "CUSTOM", label: "Custom", subTypes: [], values: [{ id: "HRFLOW", label: "HrFlow.ai" }] },
];

/** Where candidates can come from: https://developers.smartrecruiters.com/reference/configurationsourcetypes-1 */
export function sourceRoutes(settings: SmartrecruitersSettings): Route[] {
  return [
    {
      method: "GET",
      pattern: "/configuration/sources",
      handle: () => {
        const content = SOURCE_TYPES.map(({ id, label, subTypes }) => ({ id, label, subTypes }));
        return { status: 200, body: { totalFound: content.length, content } };
      },
    },
    {
      method: "GET",
      pattern: "/configuration/sources/:sourceTypeId/values",
      handle: ({ parameters }) => {
        const type = SOURCE_TYPES.find(({ id }) => id === parameters.sourceTypeId);
        if (!type) throw refusal(settings, 404, "Source type not found");
        return { status: 200, body: { totalFound: type.values.length, content: type.values } };
      },
    },
  ];
}

/** The name of a candidate's source; "API" when a creation does not say one. */
export function sourceLabel(settings: SmartrecruitersSettings, details: unknown): string {
  if (!isRecord(details)) return "API";
  const type = SOURCE_TYPES.find(({ id }) => id === details.sourceTypeId);
  const source = type?.values.find(({ id }) => id === details.sourceId);
  if (source) return source.label;
  const message = `No enum match for: ${JSON.stringify(details.sourceId)}`;
  const dataPath = "/sourceDetails/sourceId";
  throw validationFailure(settings, [{ code: 1, dataPath, schemaPath: `${dataPath}/type`, message }]);
}
