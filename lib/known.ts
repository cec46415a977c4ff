/** The fields of an object that are known: neither null nor undefined nor an empty text or list. */
export type Known<T> = { [Field in keyof T]?: NonNullable<T[Field]> };

/** Leaves out what is not known, so that it is not sent and cannot blank what an ATS has. */
export function known<T extends object>(fields: T): Known<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        value !== "" &&
        !(Array.isArray(value) && value.length === 0),
    ),
  ) as Known<T>;
}
