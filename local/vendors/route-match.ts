import type { Route } from "./simulator.ts";

export interface CompiledRoute extends Route {
  /** "PATCH /candidates/:id" */
  name: string;
  /** The parameters of a path that fits; undefined when it does not. */
  match(path: string): Record<string, string> | undefined;
}

/** Segments that begin with a colon take any value; all others must be the same. */
export function compileRoute(route: Route, basePath: string): CompiledRoute {
  const segments = `${route.basePath ?? basePath}${route.pattern}`.split("/");
  return {
    ...route,
    name: `${route.method} ${route.pattern}`,
    match: (path) => {
      const given = path.split("/");
      if (given.length !== segments.length) return undefined;
      const parameters: Record<string, string> = {};
      for (const [index, segment] of segments.entries()) {
        const value = given[index] ?? "";
        if (segment.startsWith(":")) parameters[segment.slice(1)] = decodeURIComponent(value);
        else if (segment !== value) return undefined;
      }
      return parameters;
    },
  };
}
