import type { SecretValues } from "./aws/secrets-manager.ts";
import { type SimulatedFlatchr, startFlatchr } from "./vendors/flatchr.ts";
import { type SimulatedHrflow, startHrflow } from "./vendors/hrflow.ts";
import { sampleProfile } from "./vendors/sample-profiles.ts";
import { type SimulatedSmartrecruiters, startSmartrecruiters } from "./vendors/smartrecruiters.ts";
import { type SimulatedTeamtailor, startTeamtailor } from "./vendors/teamtailor.ts";

export interface Simulators {
  hrflow: SimulatedHrflow;
  teamtailor: SimulatedTeamtailor;
  flatchr: SimulatedFlatchr;
  smartrecruiters: SimulatedSmartrecruiters;
  /** What points the functions at them. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts every vendor; each accepts the credentials among the secrets that could be its own. */
export async function startSimulators(
  secrets: SecretValues,
  dataFile: (vendor: string) => string | undefined,
): Promise<Simulators> {
  const keep = (vendor: string) => {
    const file = dataFile(vendor);
    return file === undefined ? {} : { dataFile: file };
  };
  const hrflow = await startHrflow({ ...keep("hrflow"), parse: parseSampleCv, keys: hrflowKeys(secrets) });
  const teamtailor = await startTeamtailor({
    ...keep("teamtailor"),
    keys: texts(secrets, "auth").map((token) => ({ token, scope: "admin", access: "read_write" })),
  });
  const flatchr = await startFlatchr({ ...keep("flatchr"), keys: texts(secrets, "api_key", "auth") });
  const smartrecruiters = await startSmartrecruiters({
    ...keep("smartrecruiters"),
    keys: texts(secrets, "auth"),
  });
  const all = [hrflow, teamtailor, flatchr, smartrecruiters];
  return {
    hrflow,
    teamtailor,
    flatchr,
    smartrecruiters,
    environment: {
      HRFLOW_BASE_URL: hrflow.url,
      TEAMTAILOR_BASE_URL: teamtailor.url,
      FLATCHR_API_BASE_URL: flatchr.apiUrl,
      FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
      SMARTRECRUITERS_BASE_URL: smartrecruiters.url,
      CV_ALLOWED_ORIGINS: all.map(({ url }) => new URL(url).origin).join(","),
    },
    stop: async () => {
      await Promise.all(all.map((vendor) => vendor.stop()));
    },
  };
}

/** The file name that the simulated HrFlow parses as this invented person. */
export function sampleCvName(index: number): string {
  return `cv-${index}.pdf`;
}

function parseSampleCv(_bytes: Uint8Array, fileName: string) {
  return sampleProfile(Number(/\d+/.exec(fileName)?.[0] ?? 0)).profile;
}

function hrflowKeys(secrets: SecretValues) {
  return Object.values(secrets).flatMap((secret) => {
    const [api_secret] = texts({ secret }, "api_secret");
    const [api_user] = texts({ secret }, "api_user");
    return api_secret && api_user ? [{ api_secret, api_user, permission: "all" as const }] : [];
  });
}

/** What all secrets have in these fields; a key may be written as the whole header, `Token token=KEY`. */
function texts(secrets: SecretValues, ...fields: string[]): string[] {
  return Object.values(secrets).flatMap((secret) =>
    fields.flatMap((field) => {
      const value = typeof secret === "string" ? undefined : secret[field];
      return typeof value === "string" ? [value.trim().replace(/^Token token="?([^"]*)"?$/i, "$1")] : [];
    }),
  );
}
