/**
 * The process around a bundle, as Lambda's Node runtime is: imports the handler and takes one event after the other.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const runtime = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path: string, body: unknown) =>
  fetch(`${runtime}/${path}`, { method: "POST", body: JSON.stringify(body) ?? "null" });
const errorPayload = (error: unknown) => {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  return { errorType: name, errorMessage: message };
};

type Handler = (event: unknown, context: object) => unknown;
let handler: Handler;
try {
  ({ handler } = (await import(process.env.BUNDLE ?? "")) as { handler: Handler });
  // With a callback among its parameters, the runtime of Node 24 refuses it.
  if (typeof handler !== "function" || handler.length > 2)
    throw new Error("handler is no asynchronous function");
} catch (error) {
  await post("init/error", errorPayload(error));
  process.exit(1);
}

for (;;) {
  const next = await fetch(`${runtime}/invocation/next`);
  const awsRequestId = next.headers.get("lambda-runtime-aws-request-id") ?? "";
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = {
    awsRequestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: next.headers.get("lambda-runtime-invoked-function-arn"),
    memoryLimitInMB: "1024",
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    await post(`invocation/${awsRequestId}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`invocation/${awsRequestId}/error`, errorPayload(error));
  }
}
