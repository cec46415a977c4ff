/**
 * What is promised for each kind of call and each fault. The lines are kinds of calls, the columns the faults of faults.ts.
 *
 * Of a push from its queue:
 * - `done`: the push ends well all the same
 * - `part`: the same, but for what the ATS or the account does not allow: a note says what
 * - `wait`: the push waits for the vendor, and ends well; where no limit of the vendor is known it comes `back`
 * - `back`: the message comes back after our own delay, and the next push ends well
 * - `later`: the same, not before the time that the vendor asked for, or that it needs to settle
 * - `look`: the same, and nothing is created before the vendor has had time to settle and was searched
 * - `key`: the same; the error names the secret to mend, and the event waits for that
 * - `dead`: the vendor refuses: the message is dead-lettered with its reason; sent round again, it ends well
 *
 * Of an update:
 * - `done`: as above
 * - `again`: the candidate is tried again within the run
 * - `next`: the candidate is left to the next run, which ends well
 * - `key`: the same, and the error names the secret to mend
 * - `run`: nothing can be read: the run ends, and the next one ends well
 * - `bare`: the candidate is written without its CV, which the ATS does not give
 *
 * Of a check: `told`, as a finding that says what is wrong; or `wait`, as above.
 */
import { FAULTS } from "./faults.ts";

/** The kinds of calls of a push. */
const PUSH = `
                              | refused dns     reset<  reset>  silent< silent> slow    cut     page<   page>   | 401     403     404     409     422     | 429s    429d    429     | 500     503
reading the profile           | back    back    back    back    back    back    back    back    back    back    | key     key     back    dead    dead    | later   later   back    | back    back
fetching the CV               | back    back    back    back    back    back    back    back    back    back    | back    part    part    back    back    | later   later   back    | back    back
looking whether a CV is there | back    back    back    back    back    back    done    done    back    back    | back    part    part    back    back    | later   later   back    | back    back
look-up                       | back    back    back    back    back    back    back    back    back    back    | key     key     dead    dead    dead    | later   later   wait    | back    back
creation                      | back    back    look    look    look    look    look    look    look    look    | key     key     dead    back    dead    | later   later   wait    | look    look
creation without an answer    | back    back    look    look    look    look    look    done    look    done    | key     key     dead    back    dead    | later   later   wait    | look    look
look-up after a creation      | look    look    look    look    look    look    look    look    look    look    | look    look    dead    dead    dead    | later   later   look    | look    look
reading the candidate         | back    back    back    back    back    back    back    back    back    back    | key     key     done    dead    dead    | later   later   wait    | back    back
change                        | back    back    back    back    back    back    back    back    back    back    | key     key     done    dead    dead    | later   later   wait    | back    back
change without an answer      | back    back    back    back    back    back    back    done    back    back    | key     key     done    dead    dead    | later   later   wait    | back    back
listing files                 | back    back    back    back    back    back    back    back    back    back    | key     key     back    dead    dead    | later   later   wait    | back    back
comparing a file              | back    back    back    back    back    back    back    done    back    back    | key     done    done    done    done    | later   later   wait    | back    back
sending the CV                | back    back    back    back    back    back    back    done    back    back    | key     key     back    dead    dead    | later   later   wait    | back    back
assigning by status           | back    back    back    back    back    back    part    part    back    back    | key     part    part    part    part    | later   later   wait    | back    back
assigning by creation         | back    back    later   later   later   later   later   later   later   later   | key     key     dead    part    part    | later   later   wait    | later   later
removing a second candidate   | later   later   later   later   later   later   part    part    later   later   | look    dead    later   dead    dead    | later   later   wait    | later   later
asking who it is              | back    back    back    back    back    back    back    back    back    back    | key     part    part    part    done    | later   later   wait    | done    back
asking in which column        | back    back    back    back    back    back    back    back    back    back    | key     part    part    part    part    | later   later   wait    | back    back
asking with the column        | back    back    back    back    back    back    back    back    back    back    | key     part    part    part    part    | later   later   wait    | back    back
enrichment                    | back    back    back    back    back    back    back    back    back    back    | key     part    part    dead    dead    | later   later   wait    | back    back
`;

/** The kinds of calls of an update. */
const UPDATE = `
                              | refused dns     reset<  reset>  silent< silent> slow    cut     page<   page>   | 401     403     404     409     422     | 429s    429d    429     | 500     503
naming the rows               | run     run     run     run     run     run     run     run     run     run     | key     key     run     run     run     | run     run     run     | run     run
reading the rows              | run     run     run     run     run     run     run     run     run     run     | key     key     run     run     run     | run     run     run     | run     run
asking who it is              | again   again   again   again   again   again   again   again   again   again   | key     next    next    next    done    | again   again   again   | done    again
fetching the CV               | again   again   again   again   again   again   again   again   again   again   | key     key     bare    bare    bare    | again   again   again   | again   again
reading the profile           | again   again   again   again   again   again   again   again   again   again   | key     key     next    next    next    | again   again   again   | again   again
parsing the CV                | again   again   again   again   again   again   again   again   again   again   | key     key     next    next    next    | again   again   again   | again   again
change after a CV             | again   again   again   again   again   again   again   again   again   again   | again   again   again   again   again   | again   again   again   | again   again
creation                      | again   again   again   again   again   again   again   again   again   again   | key     key     next    next    next    | again   again   again   | again   again
`;

/** The calls of a check. */
const CHECK = `
                              | refused dns     reset<  reset>  silent< silent> slow    cut     page<   page>   | 401     403     404     409     422     | 429s    429d    429     | 500     503
check                         | told    told    told    told    told    told    told    told    told    told    | told    told    told    told    told    | told    told    wait    | told    told
`;

/** The expected endings, by kind of call and then by fault. */
export const EXPECTED = { push: read(PUSH), update: read(UPDATE), check: read(CHECK) };

function read(table: string): Map<string, Map<string, string>> {
  const [faults = [], ...lines] = table
    .split("\n")
    .filter((line) => line !== "")
    .map(cellsOf);
  if (faults.slice(1).join() !== FAULTS.map(({ name }) => name).join())
    throw new Error("not all columns are there");
  return new Map(
    lines.map(([kind = "", ...endings]) => {
      if (endings.length !== FAULTS.length) throw new Error(`"${kind}" has ${endings.length} endings`);
      return [kind, new Map(FAULTS.map(({ name }, column) => [name, endings[column] ?? ""]))];
    }),
  );
}

/** The kind of call, and what follows it. */
function cellsOf(line: string): string[] {
  const [kind = "", ...groups] = line.split("|").map((group) => group.trim());
  return [kind, ...groups.flatMap((group) => group.split(/\s+/))];
}
