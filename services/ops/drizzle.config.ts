import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/ops/store/schema.ts',
  out: './services/ops/store/migrations',
});
