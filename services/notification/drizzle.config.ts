import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/notification/store/schema.ts',
  out: './services/notification/store/migrations',
});
