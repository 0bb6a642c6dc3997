import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/assembly/store/schema.ts',
  out: './services/assembly/store/migrations',
});
