import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/inventory/store/schema.ts',
  out: './services/inventory/store/migrations',
});
