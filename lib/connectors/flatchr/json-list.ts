import { JSONParser } from "@streamparser/json";
import { UnreadableAnswerError } from "../../http/answer.ts";

/** What `readJsonList` returns when the answer was a list, whole. */
export const LIST = "list";

/** An answer that is no list is an error's words: they are not longer. */
const MAXIMUM_OTHER_IN_BYTES = 100_000;
const WHITESPACE = Buffer.from(" \t\r\n");
const OPENING_BRACKET = "[".charCodeAt(0);

/**
 * Reads a bare JSON list, however long, element by element.
 *
 * @returns LIST, or the answer itself when it is other JSON
 * @throws UnreadableAnswerError when it is no JSON, or ends too early
 */
export async function readJsonList(
  { body }: Response,
  onElement: (element: unknown) => void,
): Promise<unknown> {
  const parser = new JSONParser({ paths: ["$.*"], keepStack: false });
  let elements: unknown[] = [];
  parser.onValue = ({ value }) => elements.push(value);

  let first: number | undefined;
  const other: Uint8Array[] = [];
  let otherBytes = 0;
  for await (const chunk of body ?? []) {
    first ??= chunk.find((byte: number) => !WHITESPACE.includes(byte));
    if (first === OPENING_BRACKET) {
      // What the parser throws quotes the answer, and is not kept.
      attempt(() => parser.write(chunk));
      for (const element of elements) onElement(element);
      elements = [];
    } else {
      otherBytes += chunk.byteLength;
      if (otherBytes > MAXIMUM_OTHER_IN_BYTES) throw new UnreadableAnswerError("something else than a list");
      other.push(chunk);
    }
  }
  if (first !== OPENING_BRACKET) return attempt(() => JSON.parse(Buffer.concat(other).toString()) as unknown);
  if (!parser.isEnded) throw new UnreadableAnswerError("a list that breaks off");
  return LIST;
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new UnreadableAnswerError("no valid JSON");
  }
}
