import { capitalised, generatedIdOf, idOf, type Output, ref, text } from "./cloudformation.ts";
import { queueIdsOf } from "./queues.ts";

/** What a person needs after a deployment: what to enter in HrFlow, what to invoke by hand, where dead letters lie. */
export function outputsOf(
  functionNames: readonly string[],
  pushFunctions: readonly string[],
  webhooks: Iterable<string>,
): Record<string, Output> {
  const outputs: Record<string, Output> = {};
  for (const name of webhooks) {
    outputs[`WebhookUrl${capitalised(name)}`] = {
      Description: `To be entered in HrFlow: the webhook ${name}`,
      Value: text(`https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/webhooks/${name}`),
    };
  }
  for (const name of functionNames) {
    outputs[`${idOf(name)}FunctionName`] = {
      Description: `The function ${name}`,
      Value: ref(generatedIdOf(name, "LambdaFunction")),
    };
  }
  for (const name of pushFunctions) {
    const { queue, deadLetters } = queueIdsOf(name);
    outputs[`${queue}Url`] = { Description: `The queue of ${name}`, Value: ref(queue) };
    outputs[`${deadLetters}Url`] = {
      Description: `What ${name} gave up, each message with its reason`,
      Value: ref(deadLetters),
    };
  }
  return outputs;
}
