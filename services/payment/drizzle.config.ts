import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/payment/store/schema.ts',
  out: './services/payment/store/migrations',
});
