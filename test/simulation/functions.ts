/** The functions of a simulation: instances that are started when they are needed, kept, and lost when they die. */
import type { Environment } from "../../lib/environment.ts";
import type { Clock } from "./clock.ts";
import type { Instance, Witness } from "./trouble.ts";
import type { World } from "./world.ts";

export type FunctionName = "receiver" | "push" | "hand";

const TIMEOUTS_IN_SECONDS = { receiver: 20, push: 180, hand: 180 } satisfies Record<FunctionName, number>;
/**
 * An invocation that is to die does so within so many effects, one of these: most pushes have some six, the longest twenty,
 * and a death that comes after the last is none.
 */
const EFFECTS_UNTIL_DEATH = { receiver: [2, 4], push: [6, 10, 20], hand: [6, 10, 20] } satisfies Record<
  FunctionName,
  readonly number[]
>;

export function createFunctions(world: World, clock: Clock, witness: Witness) {
  const pools: Record<FunctionName, Instance[]> = { receiver: [], push: [], hand: [] };
  const environments = new Map<Instance, Environment>();
  const atWork = new Set<Instance>();

  function freeInstance(name: FunctionName): Instance {
    pools[name] = pools[name].filter(({ isGone }) => !isGone);
    const free = pools[name].find((instance) => !atWork.has(instance));
    if (free !== undefined) return free;
    const instance = world.newInstance(`${name} ${environments.size + 1}`);
    pools[name].push(instance);
    environments.set(instance, world.environmentOf(instance));
    return instance;
  }

  /** One invocation, on an instance that is free; undefined when it dies. */
  return async <T>(
    name: FunctionName,
    run: (environment: Environment, timeLeft: () => number) => Promise<T>,
  ): Promise<T | undefined> => {
    const instance = freeInstance(name);
    const environment = environments.get(instance) as Environment;
    atWork.add(instance);
    witness.count("invocation");
    const invocation = { isGone: false };
    instance.invocation = invocation;
    world.threaten(instance, EFFECTS_UNTIL_DEATH[name]);
    const ends = clock.now() + TIMEOUTS_IN_SECONDS[name] * 1000;
    const result = await new Promise<T | undefined>((resolve) => {
      instance.onDeath = () => resolve(undefined);
      const useUp = () => {
        instance.isGone = true;
        witness.note(`✗ ${instance.name} has used up its time`);
        resolve(undefined);
      };
      clock.at(ends, useUp, invocation);
      run(environment, () => ends - clock.now()).then(resolve, (error: Error) => {
        witness.wrong(`${instance.name} threw ${error.name}: ${error.message}`);
        resolve(undefined);
      });
    });
    if (!instance.isGone) environment.metrics.flush();
    atWork.delete(instance);
    invocation.isGone = true;
    return result;
  };
}
