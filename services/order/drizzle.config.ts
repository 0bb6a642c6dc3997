import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/order/store/schema.ts',
  out: './services/order/store/migrations',
});
