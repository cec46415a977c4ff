/** Imports a bundle and gives it the event that every function answers by itself; prints how long both took. */
import { performance } from "node:perf_hooks";

type Handler = (event: unknown, context: object) => Promise<unknown>;

/** To the receiver a request to a webhook that nobody listens to, to the others the question what they take. */
const event = {
  help: true,
  headers: {},
  pathParameters: { name: "nobody" },
};
const context = {
  awsRequestId: "bench",
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  getRemainingTimeInMillis: () => 60_000,
};

const begun = performance.now();
const { handler } = (await import(process.argv[2] ?? "")) as { handler: Handler };
const answer = await handler(event, context);
const took = performance.now() - begun;
if (typeof answer !== "object" || answer === null) throw new Error("the function gave no answer");
process.stdout.write(`\ntook ${took}\n`);
process.exit(0);
