import { extname } from "node:path";
import type { ProfileInput } from "./hrflow-profile.ts";
import {
  envelope,
  type HrflowRouteContext,
  refusal,
  refuseUsedReference,
  requireSource,
} from "./hrflow-profile-routes.ts";
import { problemOfProfile } from "./hrflow-validation.ts";
import { isRecord } from "./record.ts";
import type { Route } from "./simulator.ts";

export interface HrflowParsingSettings {
  /** What the parser finds in a file. */
  parse(bytes: Uint8Array, fileName: string): ProfileInput;
  /** How long parsing takes where the source parses asynchronously. */
  asyncParsingInMs: number;
  /** Whether a file may be parsed onto a reference that a profile already has. */
  reparseReference: "refuse" | "replace";
}

const PARSED_EXTENSIONS = ".pdf .png .jpg .jpeg .bmp .doc .docx .rtf .dotx .odt .odp .ppt .pptx .msg".split(
  " ",
);

/** HrFlow's profile parsing: https://developers.hrflow.ai/reference/parse-a-resume */
export function parsingRoutes(context: HrflowRouteContext & { parsing: HrflowParsingSettings }): Route[] {
  const { state, settings, parsing, onEvent } = context;
  return [
    {
      method: "POST",
      pattern: "/profile/parsing/file",
      handle: async (request) => {
        const form = await request.form();
        const source = requireSource(state, form.get("source_key"));
        const file = form.get("file");
        if (!(file instanceof File) || file.size === 0)
          throw refusal(400, "Invalid parameters. file is required");
        const extension = extname(file.name).toLowerCase();
        if (!PARSED_EXTENSIONS.includes(extension))
          throw refusal(400, "Invalid parameters. Unsupported file extension");

        const bytes = new Uint8Array(await file.arrayBuffer());
        const input: ProfileInput = { ...parsing.parse(bytes, file.name), ...fieldsOf(form) };
        const reference = input.reference ?? null;
        const key = form.get("key");
        const existingKey =
          typeof key === "string" && key !== ""
            ? state.profile(key)?.key
            : state.keyOfReference(source.key, reference ?? "");
        if (existingKey && !key && parsing.reparseReference === "refuse")
          refuseUsedReference(state, source.key, reference);

        const delayInMs = source.sync_parsing ? settings.readableAfterInMs : parsing.asyncParsingInMs;
        const readableFromInMs = settings.now() + delayInMs;
        const { key: profileKey } = existingKey
          ? state.replace(existingKey, input)
          : state.create(source, input, readableFromInMs);
        if (existingKey) state.delayReading(profileKey, readableFromInMs);
        state.addAttachment(profileKey, { bytes, type: "original", extension });
        state.addAttachment(profileKey, { bytes, type: "resume", extension });
        onEvent(existingKey ? "profile.parsing.update" : "profile.parsing.success", profileKey);

        if (!source.sync_parsing) {
          const message = "Your profile as been sent successfully to the Parsing Queue.";
          return { ...envelope(202, message, []), changed: true };
        }
        const profile = state.profile(profileKey);
        const result = { profile, parsing: { key: profileKey, file_name: file.name, file_size: file.size } };
        const message = "Profile parsed successfully. Profile extraction finished in 3.08 seconds.";
        return { ...envelope(201, message, result), changed: true };
      },
    },
  ];
}

/** What the caller sends beside the file: plain fields, and lists as JSON text. */
function fieldsOf(form: FormData): ProfileInput {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const lists: Record<string, unknown> = {};
  for (const name of ["labels", "tags", "metadatas"]) {
    const json = text(name);
    if (json === undefined) continue;
    const value = parseJson(name, json);
    // The previous connectors send "{}" for no metadatas, and the vendor takes it.
    lists[name] = isRecord(value) && Object.keys(value).length === 0 ? [] : value;
  }
  const problem = problemOfProfile(lists);
  if (problem) throw refusal(422, `Invalid parameters. ${problem}`);
  const { tags = [], ...others } = lists as ProfileInput;
  const reference = text("reference");
  const created_at = text("created_at");
  return {
    ...others,
    // Recorded: the server appends this tag to those that were sent.
    tags: [...tags, { name: "referrer", value: null }],
    ...(reference ? { reference } : {}),
    ...(created_at ? { created_at } : {}),
  };
}

function parseJson(name: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refusal(400, `Invalid parameters. ${name} is not valid JSON`);
  }
}

/** A parser that knows a name from the file's name, and takes what is printable as the text. */
export function parseByFileName(bytes: Uint8Array, fileName: string): ProfileInput {
  const fullName = fileName.replace(/\.[^.]+$/, "").replaceAll(/[_-]+/g, " ");
  const text = Buffer.from(bytes.subarray(0, 10_000))
    .toString("utf8")
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{Zs}\n]/gu, "");
  return { info: { full_name: fullName }, text_language: "en", text };
}
