/** The log as the code sees it. Lines hold keys, reasons and counts: nothing of a person, and no error as it was thrown. */
import type { Context } from "aws-lambda";

/** What may stand in a line. An `Error` may not: its message, stack and cause can quote anything. */
type Loggable =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Loggable[]
  | { readonly [field: string]: Loggable };
export type LogFields = Readonly<Record<string, Loggable>>;
type Say = (message: string, fields: LogFields) => void;

/** Writes lines of JSON. Powertools' logger is one. */
export interface Log {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  /** From now on, lines say which request of which function they are of. */
  addContext(context: Context): void;
}

/** The same environment, in which every line of the log says what it is about. */
export function logAbout<World extends { log: Log }>(about: LogFields, environment: World): World {
  const { log } = environment;
  return {
    ...environment,
    log: {
      debug: (message, fields) => log.debug(message, { ...about, ...fields }),
      info: (message, fields) => log.info(message, { ...about, ...fields }),
      warn: (message, fields) => log.warn(message, { ...about, ...fields }),
      error: (message, fields) => log.error(message, { ...about, ...fields }),
      addContext: (context) => log.addContext(context),
    },
  };
}
