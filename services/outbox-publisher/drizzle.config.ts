import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/outbox-publisher/store/schema.ts',
  out: './services/outbox-publisher/store/migrations',
});
