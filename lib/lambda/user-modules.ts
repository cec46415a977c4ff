/** The user's own modules: the list of workflows, and the functions that events may name. */
export interface UserModules {
  workflows: unknown;
  functions: Readonly<Record<string, unknown>>;
}
