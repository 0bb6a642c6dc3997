import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/loms/store/schema.ts',
  out: './services/loms/store/migrations',
});
