import { z } from 'zod';
import { secret } from '../base/secret-files.ts';
import { databaseUrl } from './url.ts';

/** Settings of a service with a database. */
export const databaseSettings = {
  DATABASE_URL: secret(
    databaseUrl.describe(
      'Postgres, as the role that owns the schema: postgres://role:password@host:port/database.',
    ),
  ),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(16)
    .describe('Connections to Postgres at the most.'),
};

export interface DatabaseSettings {
  DATABASE_URL: string;
  DATABASE_POOL_SIZE: number;
}
