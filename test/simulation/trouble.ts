/** What can go wrong in a simulation, whom it hits, and who notices. */
import type { Fault } from "../../local/vendors/faults.ts";
import type { Asked } from "../../local/vendors/simulator.ts";
import type { Owner } from "./clock.ts";

/** What happened, one line each, and how often. */
export interface Witness {
  note(line: string): void;
  count(what: Happening): void;
  /** An invocation has died there. */
  crashed(point: string): void;
  /** A vendor has been called; `status` is the one that it gave, whether it arrived or not. */
  performed(vendor: string, asked: Asked, status: number | string, changed: boolean): void;
  wrong(what: string): void;
}
export type Happening = "effect" | "crash" | "vendor fault" | "AWS fault" | "invocation" | "redelivery";

/** How likely things go wrong; nothing does any more when the calm begins. */
export interface Trouble {
  aws: number;
  /** Of an invocation: half of the vendors' answers reach it late, but in time. */
  slow: number;
  /** Of an invocation. */
  crash: number;
  calmFrom: number;
}

/** An instance of a function: what it has in memory is lost with it. */
export interface Instance {
  name: string;
  isGone: boolean;
  /** Is gone when it is over, and with it all that it waited for. */
  invocation: Owner;
  isSlow: boolean;
  /** Effects until it dies, and on which side of the last; never when undefined. */
  diesAt: number | undefined;
  /** From its first write to the ATS on, so many effects; for then there is most to lose. */
  diesAfterWrite: number | undefined;
  dies: "before" | "after";
  /** Told when it dies. */
  onDeath: () => void;
}

/** `late`: the request takes effect when nobody waits any more. `slow`: the answer comes late, but in time. */
export type VendorFault = Fault | { kind: "refused" | "late" | "slow_answer" };
