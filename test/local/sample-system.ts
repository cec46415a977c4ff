import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "vitest";
import { clientSettings } from "../../local/aws/identity.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { addSampleData } from "../../local/sample-data.ts";
import { type Simulators, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";

/** The local system with its sample data, as `npm start` has it, but that no schedule starts anything. */
export interface SampleSystem {
  simulators: Simulators;
  system: System;
  /** Invokes a function as the Lambda console does. @param event JSON @returns its answer */
  invoke(functionName: string, event: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startSampleSystem(): Promise<SampleSystem> {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  const system = await startSystem({ secrets, environment: simulators.environment, holdSchedules: true });
  addSampleData(simulators, system.workflows);
  const client = new LambdaClient(clientSettings(system.url));
  return {
    simulators,
    system,
    async invoke(FunctionName, Payload) {
      const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
      expect(answer.FunctionError).toBeUndefined();
      return JSON.parse(answer.Payload?.transformToString() ?? "");
    },
    async stop() {
      client.destroy();
      await system.stop();
      await simulators.stop();
    },
  };
}
