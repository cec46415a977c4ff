/** An ATS that is down for a day, while profiles go on changing: what it costs, and what becomes of them. */
import type { AtsName } from "./ats.ts";
import { createDice } from "./dice.ts";
import { wrongAtRest } from "./push-checks.ts";
import { HOUR, MINUTE, type Outcome, START, setStage } from "./stage.ts";
import type { VendorFault } from "./trouble.ts";

export type Outage = "refuses connections" | "answers 500" | "never answers";

export interface AfterOutage extends Outcome {
  /** Calls of the ATS while it was down. */
  calls: number;
  /** Webhooks that were accepted while it was down. */
  announced: number;
  deadLetters: number;
  /** From its return until everything was there. */
  minutesUntilRest: number;
}

export const PERSONS = 6;
const DOWN_FOR = 24 * HOUR;
const FAULTS: Record<Outage, VendorFault> = {
  "refuses connections": { kind: "refused" },
  "answers 500": { kind: "status", status: 500, when: "before" },
  "never answers": { kind: "never", when: "before" },
};

/** Everybody changes every two hours, but for the last, who changes once. */
export async function playOutage(ats: AtsName, outage: Outage): Promise<AfterOutage> {
  const dice = createDice(24);
  const back = START + DOWN_FOR;
  let calls = 0;
  const stage = await setStage({
    ats,
    dice,
    trouble: { aws: 0, slow: 0, crash: 0, calmFrom: START },
    workflows: 1,
    consumers: 2,
    visibilityTimeoutInSeconds: 1080,
    faultOf: (asked, _simulated, now) => {
      if (now >= back || !asked.url.host.startsWith(ats)) return undefined;
      calls += 1;
      return FAULTS[outage];
    },
  });
  const { people, later, clock, wrong } = stage;
  const persons = Array.from({ length: PERSONS }, () => people.add(true));
  let announced = 0;
  for (const [index, person] of persons.entries()) {
    const isQuiet = index === PERSONS - 1;
    for (let at = index * MINUTE; at < DOWN_FOR; at += isQuiet ? DOWN_FOR : 2 * HOUR) {
      later(at, () => {
        if (at > index * MINUTE) people.change(person, "phone");
        stage.announce(person, dice.below(1000));
        announced += 1;
      });
    }
  }
  if (!(await stage.untilRest(48))) wrong.push("it does not come to rest");
  const none = new Set<string>();
  const said = { edited: none, deleted: none, isHandmade: false, said: stage.world.said };
  wrong.push(...(await wrongAtRest({ ...stage, ...said })));
  return {
    ...stage.outcome(true),
    calls,
    announced,
    deadLetters: stage.queue.deadLetters.length,
    minutesUntilRest: (clock.now() - back) / MINUTE,
  };
}
