/** Where `npm start` writes: lines that stay, and below them, in a terminal, what changes. */
import { createLogUpdate } from "log-update";

export interface Terminal {
  /** Characters in a line; undefined where nobody looks on, in a file or a pipe. */
  width: number | undefined;
  say(line: string): void;
  /** Exchanges the lines at the bottom; none takes them away. Does nothing but in a terminal. */
  showBelow(lines: readonly string[]): void;
}

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  if (!stream.isTTY)
    return { width: undefined, say: (line) => stream.write(`${line}\n`), showBelow: () => {} };
  const below = createLogUpdate(stream, { showCursor: true });
  let shown: readonly string[] = [];
  return {
    get width() {
      return stream.columns;
    },
    say(line) {
      below.clear();
      stream.write(`${line}\n`);
      if (shown.length > 0) below(shown.join("\n"));
    },
    showBelow(lines) {
      shown = lines;
      if (shown.length > 0) below(shown.join("\n"));
      else below.clear();
    },
  };
}
