/** The system cannot start, and the message says in one line why and what to do. */
export class StartError extends Error {
  override name = "StartError";
}
