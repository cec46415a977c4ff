/** The persons of a simulation: profiles in HrFlow that change, each version of them known. */
import type { SimulatedHrflow } from "../../local/vendors/hrflow.ts";
import { hash } from "../conformance/hash.ts";
import type { Wanted } from "./ats.ts";
import type { Clock } from "./clock.ts";
import type { Dice } from "./dice.ts";

/** Every personal text of a person has one of these in it; none may stand where nothing personal may stand. */
export const PERSONAL = ["anari", "+33639"];

export interface Person {
  index: number;
  profileKey: string;
  /** The newest is the last; one may be as an earlier one was. */
  versions: Wanted[];
  changedAt: number;
  isAnnounced: boolean;
  /** Its candidate was deleted: a profile that is again as it was pushed would tell nobody of it. */
  isDeleted: boolean;
}

export type People = ReturnType<typeof createPeople>;

export function createPeople(hrflow: SimulatedHrflow, sourceKey: string, clock: Clock, dice: Dice) {
  const persons: Person[] = [];

  function setCv(profileKey: string, text: string): string {
    hrflow.addAttachment(profileKey, {
      type: "resume",
      extension: ".pdf",
      fileName: "CV Canari.pdf",
      bytes: Buffer.from(text),
    });
    return hash(text);
  }

  return {
    persons,
    current: ({ versions }: Person) => versions.at(-1) as Wanted,

    add(isAnnounced: boolean, hasEmail = true): Person {
      const index = persons.length;
      const first = {
        firstName: `Jean${index}`,
        lastName: `Canari${index}`,
        email: hasEmail ? `canari.${index}@example.com` : null,
        phone: `+33639${index}0000`,
      };
      const { key } = hrflow.putProfile({
        source_key: sourceKey,
        info: {
          first_name: first.firstName,
          last_name: first.lastName,
          email: first.email,
          phone: first.phone,
          summary: "Canari",
          location: { text: null, fields: { country: "FR" } },
        },
        tags: [{ name: "senior", value: null }],
      });
      const cv = dice.chance(0.4) ? setCv(key, `%PDF-1.4 canari ${index}`) : undefined;
      const person = {
        index,
        profileKey: key,
        versions: [{ ...first, cv }],
        changedAt: clock.now(),
        isAnnounced,
        isDeleted: false,
      };
      persons.push(person);
      return person;
    },

    /** @returns what has changed: what was asked for, or anything */
    change(person: Person, kind?: "phone" | "back"): string {
      const { profileKey, versions, index } = person;
      const now = versions.at(-1) as Wanted;
      const before = versions.at(-2);
      const number = versions.length;
      person.changedAt = clock.now();
      const what =
        kind ??
        dice.weighted({
          phone: 6,
          back: before && !person.isDeleted ? 2 : 0,
          email: now.email === null ? 6 : 1.2,
          cv: 1.5,
        });
      const next = { ...now };
      if (what === "phone") next.phone = `+33639${index}${String(number).padStart(4, "0")}`;
      if (what === "back") Object.assign(next, { phone: before?.phone, email: before?.email });
      if (what === "email") next.email = `canari.${index}.${number}@example.com`;
      if (what === "cv") next.cv = setCv(profileKey, `%PDF-1.4 canari ${index} ${number}`);
      hrflow.editProfile(profileKey, { info: { phone: next.phone, email: next.email } });
      versions.push(next);
      return what;
    },

    /** The last version that has this phone number; -1 when none has. */
    lastVersionOf: ({ versions }: Person, phone: string) =>
      versions.findLastIndex((version) => version.phone === phone),
  };
}
