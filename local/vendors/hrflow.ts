import { openStorage } from "./collection.ts";
import { findKey, type HrflowKey, unauthorized } from "./hrflow-access.ts";
import { fileRoute, type HrflowFileSettings, listRoutes } from "./hrflow-lists.ts";
import { type HrflowParsingSettings, parseByFileName, parsingRoutes } from "./hrflow-parsing.ts";
import type { HrflowAttachment, HrflowProfile, ProfileInput } from "./hrflow-profile.ts";
import { type HrflowRouteSettings, profileRoutes } from "./hrflow-profile-routes.ts";
import type { HrflowSource } from "./hrflow-source.ts";
import { type AttachmentInput, createHrflowState, type HrflowStateSettings } from "./hrflow-state.ts";
import { sendHrflowWebhook, type WebhookDelivery } from "./hrflow-webhook.ts";
import { type Place, type Simulator, startSimulator } from "./simulator.ts";

/** What HrFlow's pages leave open. May be changed while the server runs. */
export interface HrflowSettings
  extends HrflowRouteSettings,
    HrflowParsingSettings,
    HrflowStateSettings,
    HrflowFileSettings {
  /** Errors come with HTTP status 200, and say otherwise only by `code`. */
  errorsInHttp200: boolean;
  contentType: "application/json" | "application/json; charset=utf-8";
  /** Where webhooks go. None are sent when undefined, save by `notify`. */
  webhook: Omit<WebhookDelivery, "profile" | "type"> | undefined;
  /** Whether POST and PUT of a profile send `profile.storing.*`. Parsing always sends `profile.parsing.*`. */
  writesFireWebhooks: boolean;
}

export interface HrflowOptions extends Partial<HrflowSettings>, Place {
  keys?: HrflowKey[];
  /** Where the state is kept over restarts; in memory when absent. */
  dataFile?: string;
}

export interface SimulatedHrflow extends Simulator {
  settings: HrflowSettings;
  /** From now on these keys are valid, and no others. */
  acceptKeys(keys: HrflowKey[]): void;
  addSource(source?: Partial<HrflowSource>): HrflowSource;
  sources(): HrflowSource[];
  /** Creates the profile; `key`, `id` and dates are given where they are absent. It is readable at once, or after `readableAfterInMs`. */
  putProfile(profile: ProfileInput & { source_key: string }): HrflowProfile;
  /** Changes what is named, also within `info`. */
  editProfile(profileKey: string, changes: ProfileInput): HrflowProfile;
  archiveProfile(profileKey: string): HrflowProfile;
  unarchiveProfile(profileKey: string): HrflowProfile;
  deleteProfile(profileKey: string): void;
  /** Replaces the attachment of the same type. */
  addAttachment(profileKey: string, attachment: AttachmentInput): HrflowAttachment;
  profile(profileKey: string): HrflowProfile | undefined;
  profiles(): HrflowProfile[];
  /** Sends a webhook about this profile now. */
  notify(profileKey: string, delivery: Omit<WebhookDelivery, "profile">): Promise<Response>;
  /** The webhooks that the server sent by itself. */
  readonly deliveries: HrflowDelivery[];
  /** Resolves when no webhook is on its way. */
  settled(): Promise<void>;
}

export interface HrflowDelivery {
  type: string;
  profileKey: string;
  /** The receiver's status, or why it did not answer. */
  outcome: number | string;
}

export const DEFAULT_HRFLOW_KEY: HrflowKey = {
  api_secret: `ask_${"0".repeat(32)}`,
  api_user: "relay@example.com",
  permission: "all",
};

/** A simulated HrFlow: https://developers.hrflow.ai. Its `url` ends in `/v1`; files are on the same origin, under `/files`. */
export async function startHrflow(options: HrflowOptions = {}): Promise<SimulatedHrflow> {
  const { keys: firstKeys, port, origin, latencyInMs, dataFile, ...chosen } = options;
  const settings: HrflowSettings = {
    notFoundStatus: 400,
    putPartial: "wipe",
    readableAfterInMs: 0,
    parse: parseByFileName,
    asyncParsingInMs: 200,
    reparseReference: "refuse",
    emptyLocationFields: "array",
    archivedIsReadable: true,
    archiveMark: "both",
    updatedAt: "clock",
    errorsInHttp200: false,
    contentType: "application/json",
    attachmentStatus: 200,
    attachmentRedirect: undefined,
    webhook: undefined,
    writesFireWebhooks: false,
    now: Date.now,
    ...chosen,
  };
  let keys = firstKeys ?? [DEFAULT_HRFLOW_KEY];
  const storage = openStorage(dataFile);
  const state = createHrflowState(storage, settings, () => new URL(simulator.url).origin);
  const deliveries: HrflowDelivery[] = [];
  const underway = new Set<Promise<void>>();
  let isStopped = false;

  function onEvent(type: string, profileKey: string): void {
    if (!settings.webhook || (type.startsWith("profile.storing.") && !settings.writesFireWebhooks)) return;
    const isAsync = state.source(state.profile(profileKey)?.source_key ?? "")?.sync_parsing === false;
    const delayInMs = type.startsWith("profile.parsing.") && isAsync ? settings.asyncParsingInMs : 0;
    const delivery = deliver(type, profileKey, delayInMs).finally(() => underway.delete(delivery));
    underway.add(delivery);
  }

  async function deliver(type: string, profileKey: string, delayInMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delayInMs));
    const profile = state.profile(profileKey);
    if (isStopped || !profile || !settings.webhook) return;
    const outcome = await sendHrflowWebhook({ ...settings.webhook, type, profile }).then(
      (answer) => answer.status,
      (error: unknown) => String(error),
    );
    deliveries.push({ type, profileKey, outcome });
  }

  const context = { state, settings, parsing: settings, onEvent };
  const simulator = await startSimulator({
    basePath: "/v1",
    routes: [
      ...profileRoutes(context),
      ...parsingRoutes(context),
      ...listRoutes(state, (request) => findKey(request, keys)),
      fileRoute(settings, (id) => state.files.get(id)),
    ],
    port,
    origin,
    latencyInMs,
    contentType: () => settings.contentType,
    errorBody: (code, message) => ({ code, message }),
    around: async (request, answer) => {
      if (!request.path.startsWith("/v1/")) return answer();
      const given = findKey(request, keys) ? await answer() : unauthorized(request);
      return settings.errorsInHttp200 && given.status >= 400 ? { ...given, status: 200 } : given;
    },
    onStop: async () => {
      isStopped = true;
      await Promise.all(underway);
      storage.close();
    },
  });

  return Object.assign(simulator, {
    settings,
    acceptKeys: (accepted: HrflowKey[]) => {
      keys = accepted;
    },
    addSource: state.addSource,
    sources: state.sources,
    putProfile: ({ source_key, ...input }: ProfileInput & { source_key: string }) => {
      const source = state.source(source_key);
      if (!source) throw new Error(`No source has the key ${source_key}`);
      if (input.key && state.profile(input.key))
        throw new Error(`A profile has the key ${input.key} already`);
      return state.create(source, input, settings.now() + settings.readableAfterInMs);
    },
    editProfile: state.edit,
    archiveProfile: state.archive,
    unarchiveProfile: state.unarchive,
    deleteProfile: (profileKey: string) => {
      state.remove(profileKey);
    },
    addAttachment: state.addAttachment,
    profile: state.profile,
    profiles: state.profiles,
    notify: async (profileKey: string, delivery: Omit<WebhookDelivery, "profile">) => {
      const profile = state.profile(profileKey);
      if (!profile) throw new Error(`No profile has the key ${profileKey}`);
      return sendHrflowWebhook({ ...delivery, profile });
    },
    deliveries,
    settled: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  });
}
