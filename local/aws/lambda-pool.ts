import type { LogLine } from "./lambda.ts";
import type {
  FunctionDefinition,
  FunctionErrorPayload,
  Instance,
  InvocationRequest,
  Outcome,
  StartInstance,
} from "./lambda-instance.ts";

export interface InstancePool {
  /** Runs one event on a free instance, a new one, or, at the maximum, the next that becomes free. */
  run(request: Omit<InvocationRequest, "deadline">): Promise<{ outcome: Outcome; log: string[] }>;
  /** Starts one instance if there is none; its initialisation error, if any. */
  warm(): Promise<FunctionErrorPayload | undefined>;
  /** Ends all instances; returns how many were working. */
  crash(): number;
  stop(): Promise<void>;
}

/** An instance, and the invocation that its log lines belong to. */
interface Member {
  instance: Instance;
  requestId: string | undefined;
  log: string[];
}

/** The instances of one function: one event at a time each, kept warm for the next event. */
export function createInstancePool(
  definition: FunctionDefinition,
  startInstance: StartInstance,
  onLog: (line: LogLine) => void,
): InstancePool {
  const members = new Set<Member>();
  const idle: Member[] = [];
  const waiting: ((member: Member | undefined) => void)[] = [];
  let isStopped = false;

  function start(): Member {
    const onLine = (line: string) => {
      member.log.push(line);
      onLog({ functionName: definition.name, requestId: member.requestId, line });
    };
    const member: Member = { instance: startInstance(definition, onLine), requestId: undefined, log: [] };
    members.add(member);
    return member;
  }

  async function acquire(): Promise<Member | undefined> {
    if (isStopped) return undefined;
    for (let member = idle.pop(); member; member = idle.pop()) {
      if (member.instance.isAlive()) return member;
      members.delete(member);
    }
    if (members.size < definition.maximumConcurrency) return start();
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Hands the instance, or the place of a dead one, to whoever waits. */
  function release(member: Member): void {
    if (member.instance.isAlive()) {
      const next = waiting.shift();
      if (next) next(member);
      else idle.push(member);
      return;
    }
    members.delete(member);
    if (waiting.length > 0) waiting.shift()?.(start());
  }

  async function initialise({ instance }: Member): Promise<FunctionErrorPayload | undefined> {
    const error = await instance.ready;
    if (error) await instance.stop();
    return error;
  }

  async function runOn(member: Member, request: Omit<InvocationRequest, "deadline">): Promise<Outcome> {
    const initialisationError = await initialise(member);
    if (initialisationError) return { error: initialisationError };
    const { timeoutInSeconds } = definition;
    let timeout: FunctionErrorPayload | undefined;
    const timer = setTimeout(() => {
      const duration = `${timeoutInSeconds.toFixed(2)} seconds`;
      const errorMessage = `RequestId: ${request.requestId} Error: Task timed out after ${duration}`;
      timeout = { errorType: "Sandbox.Timedout", errorMessage };
      void member.instance.stop();
    }, timeoutInSeconds * 1000);
    const deadline = Date.now() + timeoutInSeconds * 1000;
    const outcome = await member.instance.invoke({ ...request, deadline });
    clearTimeout(timer);
    return timeout ? { error: timeout } : outcome;
  }

  const crash = () => {
    const working = members.size - idle.length;
    for (const { instance } of members) void instance.stop();
    return working;
  };

  return {
    run: async (request) => {
      const member = await acquire();
      if (!member)
        return { outcome: { error: { errorType: "ServiceException", errorMessage: "Stopped" } }, log: [] };
      member.requestId = request.requestId;
      member.log = [];
      const outcome = await runOn(member, request);
      const { log } = member;
      if (isStopped) members.delete(member);
      else release(member);
      return { outcome, log };
    },

    warm: async () => {
      if (members.size > 0 || isStopped) return undefined;
      const member = start();
      const error = await initialise(member);
      release(member);
      return error;
    },

    crash,

    stop: async () => {
      isStopped = true;
      for (const resolve of waiting.splice(0)) resolve(undefined);
      await Promise.all([...members].map(({ instance }) => instance.stop()));
    },
  };
}
