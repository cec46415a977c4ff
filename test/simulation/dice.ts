import { seededRandom } from "../../local/vendors/faults.ts";

export type Dice = ReturnType<typeof createDice>;

/** Chance, the same for the same seed. */
export function createDice(seed: number) {
  const next = seededRandom(seed);
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    /** A whole number, 0 ≤ number < bound. */
    below,
    chance: (probability: number) => next() < probability,
    pick: <const T>(choices: readonly T[]): T => choices[below(choices.length)] as T,
    /** One of the keys, each as likely as its weight. */
    weighted: <Name extends string>(weights: Readonly<Record<Name, number>>): Name => {
      const names = Object.keys(weights) as Name[];
      let left = next() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        left -= weights[name];
        if (left < 0) return name;
      }
      return names.at(-1) as Name;
    },
  };
}
