import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { functionArn } from "../../local/aws/identity.ts";
import type {
  FunctionErrorPayload,
  InvocationRequest,
  Outcome,
  StartInstance,
} from "../../local/aws/lambda-instance.ts";

const CLIENT = fileURLToPath(new URL("./runtime-client.ts", import.meta.url));

/** Runs a built bundle in a process of its own, behind a Lambda Runtime API of its own. */
export const startBundle: StartInstance = (definition, onLine) => {
  const initialised = Promise.withResolvers<FunctionErrorPayload | undefined>();
  let askingForNext: ServerResponse | undefined;
  let waiting: InvocationRequest | undefined;
  let settle: ((outcome: Outcome) => void) | undefined;
  let death: FunctionErrorPayload | undefined;
  let isStopping = false;

  const hand = () => {
    if (askingForNext === undefined || waiting === undefined) return;
    askingForNext.setHeader("lambda-runtime-aws-request-id", waiting.requestId);
    askingForNext.setHeader("lambda-runtime-deadline-ms", waiting.deadline);
    askingForNext.setHeader("lambda-runtime-invoked-function-arn", functionArn(definition.name));
    askingForNext.end(waiting.event);
    askingForNext = waiting = undefined;
  };
  const die = (error: FunctionErrorPayload) => {
    death ??= error;
    initialised.resolve(death);
    settle?.({ error: death });
    server.close();
  };

  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    if (path.endsWith("/invocation/next")) {
      initialised.resolve(undefined);
      askingForNext = response;
      return hand();
    }
    const payload = await text(request);
    response.writeHead(202).end();
    if (path.endsWith("/init/error")) die(JSON.parse(payload));
    else if (path.endsWith("/error")) settle?.({ error: JSON.parse(payload) });
    else settle?.({ payload });
  });

  const started = new Promise<ReturnType<typeof spawn>>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      const child = spawn(process.execPath, [CLIENT], {
        env: {
          ...definition.environment,
          AWS_LAMBDA_FUNCTION_NAME: definition.name,
          AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
          BUNDLE: definition.file,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      createInterface(child.stdout).on("line", onLine);
      createInterface(child.stderr).on("line", onLine);
      child.on("exit", (code) => {
        die({
          errorType: "Runtime.ExitError",
          errorMessage: `Runtime exited with error: exit status ${code}`,
        });
      });
      resolve(child);
    });
  });

  return {
    ready: initialised.promise,
    isAlive: () => death === undefined && !isStopping,
    invoke: (request) => {
      if (death) return Promise.resolve({ error: death });
      return new Promise((resolve) => {
        settle = resolve;
        waiting = request;
        hand();
      });
    },
    stop: async () => {
      isStopping = true;
      const child = await started;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await exited;
    },
  };
};
