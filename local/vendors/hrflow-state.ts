import type { Storage } from "./collection.ts";
import {
  completeProfile,
  type HrflowAttachment,
  type HrflowLocation,
  type HrflowProfile,
  hexKey,
  type ProfileInput,
  toHrflowDate,
} from "./hrflow-profile.ts";
import { completeSource, type HrflowSource } from "./hrflow-source.ts";

export interface AttachmentInput {
  bytes: Uint8Array;
  type: "resume" | "original";
  /** With its dot: ".pdf". */
  extension: string;
  fileName?: string;
}

export interface StoredFile {
  base64: string;
  contentType: string;
}

interface StoredProfile {
  profile: HrflowProfile;
  readableFromInMs: number;
}

/** How the state answers what the vendor's pages leave open; read anew at every use. */
export interface HrflowStateSettings {
  emptyLocationFields: "array" | "null";
  archivedIsReadable: boolean;
  archiveMark: "archive" | "archived_at" | "both";
  updatedAt: "clock" | "strictly_increasing";
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

export type HrflowState = ReturnType<typeof createHrflowState>;

/** Sources, profiles and files of a simulated HrFlow team, and the rules by which profiles change. */
export function createHrflowState(storage: Storage, settings: HrflowStateSettings, originOf: () => string) {
  const sources = storage.collection<HrflowSource>("sources");
  const profiles = storage.collection<StoredProfile>("profiles");
  const files = storage.collection<StoredFile>("files");

  // Runs of thousands of profiles read each by its reference, so it is looked up, not searched.
  const keysByReference = new Map<string, string>();
  const referenceName = (sourceKey: string, reference: string) => `${sourceKey} ${reference}`;
  for (const { profile } of profiles.values()) index(profile);

  function index({ source_key, reference, key }: HrflowProfile): void {
    if (reference !== null) keysByReference.set(referenceName(source_key, reference), key);
  }

  function unindex(profile: HrflowProfile | undefined): void {
    if (profile?.reference) keysByReference.delete(referenceName(profile.source_key, profile.reference));
  }

  function isReadable({ profile, readableFromInMs }: StoredProfile): boolean {
    return readableFromInMs <= settings.now() && (settings.archivedIsReadable || !isArchived(profile));
  }

  /**
   * As it is answered: addresses of files under today's port, empty locations in the chosen form. The rest is the stored
   * one's, which nobody changes: every change of a profile makes a new one.
   */
  function present(profile: HrflowProfile): HrflowProfile {
    return {
      ...profile,
      info: presentPlace(profile.info),
      experiences: profile.experiences.map(presentPlace),
      educations: profile.educations.map(presentPlace),
      attachments: profile.attachments.map((file) => ({
        ...file,
        public_url: `${originOf()}${file.public_url}`,
      })),
    };
  }

  function presentPlace<Place extends { location: HrflowLocation }>(place: Place): Place {
    if (!isEmpty(place.location.fields)) return place;
    const fields = settings.emptyLocationFields === "array" ? ([] as []) : null;
    return { ...place, location: { ...place.location, fields } };
  }

  function store(profile: HrflowProfile, readableFromInMs: number): HrflowProfile {
    unindex(profiles.get(profile.key)?.profile);
    profiles.set(profile.key, { profile, readableFromInMs });
    index(profile);
    return present(profile);
  }

  function change(key: string, toNext: (current: HrflowProfile) => HrflowProfile): HrflowProfile {
    const stored = profiles.get(key);
    if (!stored) throw new Error(`No profile has the key ${key}`);
    const updated_at = nextUpdate(stored.profile.updated_at);
    return store({ ...toNext(stored.profile), updated_at }, stored.readableFromInMs);
  }

  /** In whole seconds, so that two changes within one second have the same date, as with the real vendor. */
  function nextUpdate(last: string): string {
    const next = toHrflowDate(settings.now());
    if (settings.updatedAt === "clock" || next > last) return next;
    return toHrflowDate(Date.parse(last.replace("+0000", "Z")) + 1_000);
  }

  return {
    files,
    sources: () => sources.values(),
    source: (key: string) => sources.get(key),
    /** All of them, readable or not, as they are answered. */
    profiles: (): HrflowProfile[] => profiles.values().map(({ profile }) => present(profile)),
    profile: (key: string): HrflowProfile | undefined => {
      const stored = profiles.get(key);
      return stored && present(stored.profile);
    },

    /** Those that the API would show now. */
    readable: (): HrflowProfile[] =>
      profiles
        .values()
        .filter(isReadable)
        .map(({ profile }) => profile),

    readableByKey: (key: string): HrflowProfile | undefined => {
      const stored = profiles.get(key);
      return stored && isReadable(stored) ? stored.profile : undefined;
    },

    /** The key of the profile that has this reference, whether it can be read or not. */
    keyOfReference: (sourceKey: string, reference: string): string | undefined =>
      keysByReference.get(referenceName(sourceKey, reference)),

    present,

    addSource: (input: Partial<HrflowSource> = {}): HrflowSource => {
      const source = completeSource(input, storage.nextNumber("source"), settings.now());
      sources.set(source.key, source);
      return source;
    },

    create: (source: HrflowSource, input: ProfileInput, readableFromInMs: number): HrflowProfile => {
      const id = storage.nextNumber("profile");
      const { key, name, type, subtype, environment } = source;
      const created_at = input.created_at ?? toHrflowDate(settings.now());
      const server = {
        id: input.id ?? id,
        // GET's answer may be posted again, to another source: the same key would be the same profile.
        key: input.key && !profiles.has(input.key) ? input.key : hexKey(`profile ${id}`),
        source_key: key,
        source: { key, name, type, subtype, environment },
        archive: null,
        archived_at: null,
        created_at,
        updated_at: input.updated_at ?? toHrflowDate(settings.now()),
        attachments: [],
      };
      return store(completeProfile(input, server), readableFromInMs);
    },

    /** All fields that are the client's to say are those of the input, empty where it says nothing. */
    replace: (key: string, input: ProfileInput) =>
      change(key, (current) => completeProfile({ reference: current.reference, ...input }, current)),

    /** Fields that the input does not name are kept; those that it names are replaced whole. */
    keepAndReplace: (key: string, input: ProfileInput) =>
      change(key, (current) => completeProfile({ ...current, ...input }, current)),

    /** As a person edits one in HrFlow: what is named changes, also within `info`. */
    edit: (key: string, input: ProfileInput) =>
      change(key, (current) => {
        const location = { ...current.info.location, ...input.info?.location };
        return completeProfile(
          { ...current, ...input, info: { ...current.info, ...input.info, location } },
          current,
        );
      }),

    archive: (key: string) =>
      change(key, (current) => ({
        ...current,
        archive: settings.archiveMark === "archived_at" ? null : true,
        archived_at: settings.archiveMark === "archive" ? null : toHrflowDate(settings.now()),
      })),

    unarchive: (key: string) => change(key, (current) => ({ ...current, archive: null, archived_at: null })),

    remove: (key: string): void => {
      unindex(profiles.get(key)?.profile);
      profiles.delete(key);
    },

    delayReading: (key: string, readableFromInMs: number): void => {
      const stored = profiles.get(key);
      if (stored) profiles.set(key, { ...stored, readableFromInMs });
    },

    addAttachment: (profileKey: string, input: AttachmentInput): HrflowAttachment => {
      const alt = hexKey(`file ${storage.nextNumber("file")}`);
      const id = `${alt}${input.extension}`;
      const contentType = CONTENT_TYPES[input.extension.toLowerCase()] ?? "application/octet-stream";
      files.set(id, { base64: Buffer.from(input.bytes).toString("base64"), contentType });
      const now = toHrflowDate(settings.now());
      const attachment: HrflowAttachment = {
        type: input.type,
        alt,
        file_size: input.bytes.length,
        file_name: input.fileName ?? input.type,
        original_file_name: input.fileName ?? input.type,
        extension: input.extension,
        public_url: `/files/${id}`,
        updated_at: now,
        created_at: now,
      };
      change(profileKey, (current) => ({
        ...current,
        attachments: [...current.attachments.filter(({ type }) => type !== input.type), attachment],
      }));
      return { ...attachment, public_url: `${originOf()}${attachment.public_url}` };
    },
  };
}

const CONTENT_TYPES: Record<string, string> = {
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".doc": "application/msword",
  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ".rtf": "application/rtf",
  ".odt": "application/vnd.oasis.opendocument.text",
};

function isEmpty(fields: HrflowProfile["info"]["location"]["fields"]): boolean {
  return fields === null || Object.values(fields).every((value) => value === null || value === "");
}

function isArchived(profile: HrflowProfile): boolean {
  return profile.archive !== null || profile.archived_at !== null;
}
