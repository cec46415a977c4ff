import { idsOf, type Output, ref, text, unmistakable } from "./cloudformation.ts";
import { byWebhook, pushFunctions, RECEIVER, updateFunctions } from "./functions.ts";

/** What a person needs after a deployment: what to enter in HrFlow, what to invoke by hand, where dead letters lie. */
export function outputs(): Record<string, Output> {
  const webhooks = [...byWebhook.keys()].map((name) => [
    `WebhookUrl${unmistakable(name)}`,
    {
      Description: `To be entered in HrFlow: the webhook ${name}`,
      Value: text(`https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/webhooks/${name}`),
    },
  ]);
  const queueFunctions = [...pushFunctions, ...updateFunctions].map(({ name }) => name);
  const functions = [RECEIVER, ...queueFunctions].map((name) => [
    idsOf(name).functionName,
    { Description: `The function ${name}`, Value: ref(idsOf(name).function) },
  ]);
  const queues = queueFunctions.flatMap((name) => {
    const { queue, deadLetters } = idsOf(name);
    const givenUp = `What ${name} gave up, each message with its reason`;
    return [
      [`${queue}Url`, { Description: `The queue of ${name}`, Value: ref(queue) }],
      [`${deadLetters}Url`, { Description: givenUp, Value: ref(deadLetters) }],
    ];
  });
  const missed = updateFunctions.map(({ name }) => [
    `${idsOf(name).missedRuns}Url`,
    { Description: `Runs of ${name} that could not be started`, Value: ref(idsOf(name).missedRuns) },
  ]);
  return Object.fromEntries([...webhooks, ...functions, ...queues, ...missed]);
}
