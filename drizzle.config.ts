import { defineConfig } from 'drizzle-kit';

// drizzle-kit takes one schema at a time; `make migrations` goes through the services that have one
const store = `./services/${process.env['SERVICE'] ?? ''}/store`;

export default defineConfig({
  dialect: 'postgresql',
  schema: `${store}/schema.ts`,
  out: `${store}/migrations`,
});
