/** What people do in the world of a random history: recruiters in Flatchr, and others in HrFlow. */
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import type { Dice } from "../simulation/dice.ts";
import type { World } from "./world.ts";

/** A candidate, and what is known of it beside what the simulators hold. */
export interface Person {
  candidateId: string;
  applicantId: string;
  vacancyId: string;
  /** Parsing replaces a profile, and a run may be killed before it has put back what was there. */
  hasCv: boolean;
  /** Archived or removed in Flatchr. */
  isGone: boolean;
  /** Every phone number that its profile may have: one that Flatchr no longer knows stays. */
  phones: (string | null)[];
  /** Undefined while HrFlow has no profile that somebody else has edited. */
  foreign: Foreign | undefined;
}

/** What a profile says that Flatchr knows nothing of. */
export interface Foreign {
  summary: string;
  tag: string;
  skill: string;
  job: string;
}

export interface Vacancy {
  id: string;
  number: number;
  title: string;
  isClosed: boolean;
}

export type People = ReturnType<typeof createPeople>;

const HOUR = 3_600_000;
const TITLES = ["Nouveaux", "Inbox", "Entretien RH", "Premier entretien", "Refusé", "Offre"];

export function createPeople(world: World, dice: Dice, sourceKey: string, note: (what: string) => void) {
  const { flatchr, hrflow, clock } = world;
  const persons: Person[] = [];
  const vacancies: Vacancy[] = [];
  const formerTitles = new Map<number, string>();
  let serial = 0;

  const present = () => persons.filter(({ isGone }) => !isGone);
  const nameOf = (person: Person) => `person ${persons.indexOf(person)}`;
  const phone = () => `+33 6 39 98 ${String(10 + (serial % 90))} ${String(10 + dice.below(90))}`;
  const newForeign = (): Foreign => {
    serial += 1;
    return {
      summary: `summary ${serial}`,
      tag: `tag ${serial}`,
      skill: `skill ${serial}`,
      job: `job ${serial}`,
    };
  };
  const keys = new Map<string, string>();
  const profileOf = ({ candidateId }: Person) => {
    const key = keys.get(candidateId);
    if (key !== undefined) return hrflow.profile(key);
    const profile = hrflow.profiles().find(({ reference }) => reference === candidateId);
    if (profile !== undefined) keys.set(candidateId, profile.key);
    return profile;
  };

  function putProfile(person: Person): void {
    const foreign = newForeign();
    person.foreign = foreign;
    hrflow.putProfile({
      source_key: sourceKey,
      reference: person.candidateId,
      info: { first_name: "Before", phone: "+33 0", summary: foreign.summary },
      tags: [
        { name: "foreign", value: foreign.tag },
        { name: "column", value: "Before" },
      ],
      skills: [{ name: foreign.skill, type: "hard", value: null }],
      experiences: [{ title: foreign.job, company: "ACME" }],
    });
    person.phones.push("+33 0");
  }

  const acts = {
    add(): void {
      serial += 1;
      const vacancy = dice.pick(vacancies.filter(({ isClosed }) => !isClosed));
      const isInHrflow = dice.chance(0.8);
      const isLate = dice.chance(0.25);
      const firstPhone = dice.chance(0.8) ? phone() : null;
      // A profile that is parsed anew keeps nothing: CVs are only of candidates that HrFlow does not know.
      const cv = !isInHrflow &&
        dice.chance(0.3) && {
          bytes: Buffer.from("%PDF-1.4 a CV"),
          fileName: "cv.pdf",
          contentType: "application/pdf",
        };
      const { candidate, applicant } = flatchr.addCandidate(
        {
          firstname: `First${serial}`,
          lastname: `Last${serial}`,
          email: `person${serial}@example.com`,
          phone: firstPhone,
          ...(cv && { cv }),
        },
        {
          vacancyId: vacancy.id,
          columnId: dice.pick(flatchr.columns()).id,
          externalId: dice.chance(0.3) ? `external-${serial}` : null,
          // The search finds it some hours later.
          visibleAt: isLate ? clock.now() + (1 + dice.below(20)) * HOUR : 0,
        },
      );
      const person: Person = {
        candidateId: candidate.id,
        applicantId: applicant.id,
        vacancyId: vacancy.id,
        hasCv: cv !== false,
        isGone: false,
        phones: [firstPhone],
        foreign: undefined,
      };
      persons.push(person);
      if (isInHrflow) putProfile(person);
      note(
        `${nameOf(person)} applies, ${isInHrflow ? "known" : "unknown"} to HrFlow${isLate ? ", found late" : ""}${cv ? ", with a CV" : ""}`,
      );
    },

    edit(): void {
      const person = dice.pick(present());
      if (person === undefined) return;
      serial += 1;
      const changes = dice.pick([
        { phone: phone() },
        { phone: null },
        { firstname: `Changed${serial}` },
        { lastname: `Changed${serial}`, email: `changed${serial}@example.com` },
      ]);
      if (changes.phone !== undefined) person.phones.push(changes.phone);
      flatchr.editCandidate(person.candidateId, changes);
      note(`${nameOf(person)} changes: ${JSON.stringify(changes)}`);
    },

    move(): void {
      const person = dice.pick(present());
      if (person === undefined) return;
      const column = dice.pick(flatchr.columns());
      flatchr.moveApplicant(person.applicantId, column.id);
      note(`${nameOf(person)} is moved to ${column.title}`);
    },

    rename(): void {
      const column = dice.pick(flatchr.columns());
      const free = TITLES.filter((title) => flatchr.columns().every((other) => other.title !== title));
      const former = formerTitles.get(column.id);
      const title =
        former !== undefined && free.includes(former) && dice.chance(0.6) ? former : dice.pick(free);
      formerTitles.set(column.id, column.title);
      flatchr.renameColumn(column.id, title);
      note(`column ${column.title} is renamed to ${title}`);
    },

    close(): void {
      const open = vacancies.filter(({ isClosed }) => !isClosed);
      if (open.length < 2) return;
      const vacancy = dice.pick(open);
      vacancy.isClosed = true;
      flatchr.closeVacancy(vacancy.id);
      note(`vacancy ${vacancy.title} is closed`);
    },

    async archive(): Promise<void> {
      const person = dice.pick(present());
      if (person === undefined) return;
      person.isGone = true;
      const isOpen = vacancies.some(({ id, isClosed }) => id === person.vacancyId && !isClosed);
      if (isOpen) {
        const path = `company/${flatchr.companyId}/vacancy/${person.vacancyId}/applicant/${person.applicantId}`;
        const headers = { authorization: `Bearer ${DEFAULT_FLATCHR_KEY}` };
        const { ok } = await flatchr.fetch(`${flatchr.apiUrl}/${path}`, { method: "DELETE", headers });
        if (!ok) throw new Error("the simulated Flatchr did not archive");
      } else {
        flatchr.removeApplicant(person.applicantId);
      }
      note(`${nameOf(person)} is ${isOpen ? "archived" : "removed"}`);
    },

    editProfile(): void {
      const person = dice.pick(persons);
      if (person === undefined) return;
      const profile = profileOf(person);
      if (profile === undefined && person.hasCv) return;
      if (profile === undefined) {
        putProfile(person);
        note(`${nameOf(person)} appears in HrFlow`);
        return;
      }
      const foreign = newForeign();
      person.foreign = foreign;
      hrflow.editProfile(profile.key, {
        info: { summary: foreign.summary },
        tags: [
          { name: "foreign", value: foreign.tag },
          ...profile.tags.filter(({ name }) => name !== "foreign"),
        ],
        skills: [{ name: foreign.skill, type: "hard", value: null }],
        experiences: [{ title: foreign.job, company: "ACME" }],
      });
      note(`${nameOf(person)} is edited in HrFlow`);
    },
  };

  for (const title of ["Data Engineer ", "Chef de projet"].slice(0, dice.pick([1, 2, 2]))) {
    const { id, numericId } = flatchr.addVacancy({ title });
    vacancies.push({ id, number: numericId, title, isClosed: false });
  }
  return { ...acts, persons, vacancies, nameOf, profileOf };
}
