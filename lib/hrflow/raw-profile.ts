/** A profile as HrFlow's API sends and takes it, and what is known of its attributes. */

/** The JSON object, untouched: with whatever HrFlow adds to it, so that it can be sent back whole. */
export type RawProfile = Record<string, unknown>;

/**
 * The attributes of a profile that a client may change: what `only_edit_fields` may name.
 *
 * @see https://developers.hrflow.ai/reference/edit-a-profile
 */
export const EDITABLE_ATTRIBUTES = [
  "reference",
  "consent_algorithmic",
  "info",
  "text_language",
  "text",
  "experiences_duration",
  "educations_duration",
  "experiences",
  "educations",
  "skills",
  "languages",
  "certifications",
  "courses",
  "tasks",
  "interests",
  "labels",
  "tags",
  "metadatas",
] as const;

/** The attributes that are HrFlow's own: an edit never touches them. */
export const FIXED_ATTRIBUTES = [
  "source_key",
  "id",
  "key",
  "source",
  "archive",
  "archived_at",
  "updated_at",
  "created_at",
  "attachments",
] as const;

export type EditableAttribute = (typeof EDITABLE_ATTRIBUTES)[number];

/** Whether an edit of this attribute has an effect; false for a misspelled one and for those of HrFlow's own. */
export function isEditableAttribute(name: string): name is EditableAttribute {
  return EDITABLE_ATTRIBUTES.some((attribute) => attribute === name);
}

/** Whether it is what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
