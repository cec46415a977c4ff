import { idsOf, type Output, ref, text, unmistakable } from "./cloudformation.ts";
import { byWebhook, pushFunctions, RECEIVER, updateFunctions } from "./functions.ts";
import { ALARM_TOPIC } from "./notification.ts";

/** A stack has 200 outputs at most. With more webhooks than this, the address that they have in common must do. */
const MAXIMUM_WEBHOOK_OUTPUTS = 100;
const WEBHOOKS = `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/webhooks/`;

/** What a person needs after a deployment: what to enter in HrFlow, what to invoke by hand, where dead letters lie. */
export function outputs(): Record<string, Output> {
  const names = [...byWebhook.keys()];
  const webhooks = (names.length > MAXIMUM_WEBHOOK_OUTPUTS ? [] : names).map((name) => [
    `WebhookUrl${unmistakable(name)}`,
    { Description: `To be entered in HrFlow: the webhook ${name}`, Value: text(`${WEBHOOKS}${name}`) },
  ]);
  const address = {
    Description: "What the URLs of all webhooks begin with; the webhook's name follows",
    Value: text(WEBHOOKS),
  };
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
  const alarms = {
    Description: "Whoever wants to know of alarms subscribes to this topic",
    Value: ref(ALARM_TOPIC),
  };
  return Object.fromEntries([
    ["WebhooksAddress", address],
    ...webhooks,
    ...functions,
    ...queues,
    ...missed,
    ["AlarmTopic", alarms],
  ]);
}
