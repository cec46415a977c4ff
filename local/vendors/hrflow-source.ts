import { hexKey, toHrflowDate } from "./hrflow-profile.ts";

/** Where profiles of one origin are kept: https://developers.hrflow.ai/docs/connectors-source */
export interface HrflowSource {
  id: number;
  key: string;
  name: string;
  description: string | null;
  type: string;
  subtype: string;
  environment: string;
  private: boolean;
  status: boolean;
  archive: unknown;
  /** Whether files are parsed while the caller waits (201) or later (202). */
  sync_parsing: boolean;
  created_at: string;
  updated_at: string;
}

/** The whole source: every field is there, with a key of the form of HrFlow's. */
export function completeSource(input: Partial<HrflowSource>, id: number, milliseconds: number): HrflowSource {
  const now = toHrflowDate(milliseconds);
  return {
    id,
    key: hexKey(`source ${id}`),
    name: `Source ${id}`,
    description: null,
    type: "api",
    subtype: "python",
    environment: "production",
    private: false,
    status: true,
    archive: null,
    sync_parsing: true,
    created_at: now,
    updated_at: now,
    ...input,
  };
}
