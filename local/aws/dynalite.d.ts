declare module "dynalite" {
  import type { Server } from "node:http";

  interface DynaliteOptions {
    /** Where the tables are kept; in memory when absent. */
    path?: string;
    createTableMs?: number;
  }
  export default function dynalite(options?: DynaliteOptions): Server;
}
