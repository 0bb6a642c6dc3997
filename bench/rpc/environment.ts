import { openPostgres, type BenchPostgres } from '../postgres.ts';
import type { Tools } from './tools.ts';

/** The Postgres of the benchmark, and the programs that it needs. */
export interface Environment extends BenchPostgres {
  tools: Tools;
  /** The database's URL with the role loms. */
  databaseUrl: string;
}

export const openEnvironment = async (tools: Tools): Promise<Environment> => {
  const postgres = await openPostgres();
  return { ...postgres, tools, databaseUrl: postgres.urlFor('loms') };
};
