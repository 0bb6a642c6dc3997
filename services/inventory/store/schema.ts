import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';

export const inventory = pgSchema('inventory');

export const partCategory = inventory.enum('part_category', ['ENGINE', 'FUEL', 'PORTHOLE', 'WING']);

export const reservationStatus = inventory.enum('reservation_status', [
  'RESERVED',
  'RELEASED',
  'COMMITTED',
]);

const moments = {
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
};

/**
 * The check constraints are the last line of defence: nothing is oversold, and nothing reserved is taken
 * away.
 */
export const parts = inventory.table(
  'parts',
  {
    partId: uuid('part_id').primaryKey(),
    name: text().notNull(),
    description: text().notNull(),
    priceMinor: bigint('price_minor', { mode: 'bigint' }).notNull(),
    /** All pieces in stock, including reserved ones. */
    stockQuantity: bigint('stock_quantity', { mode: 'bigint' }).notNull(),
    reserved: bigint({ mode: 'bigint' }).notNull(),
    category: partCategory().notNull(),
    lengthCm: doublePrecision('length_cm').notNull(),
    widthCm: doublePrecision('width_cm').notNull(),
    heightCm: doublePrecision('height_cm').notNull(),
    weightKg: doublePrecision('weight_kg').notNull(),
    manufacturerName: text('manufacturer_name').notNull(),
    manufacturerCountry: text('manufacturer_country').notNull(),
    manufacturerWebsite: text('manufacturer_website').notNull(),
    tags: text().array().notNull(),
    /**
     * By name, e.g. `{"double": 1.5}`; the key is the type of the value. An int64 is a string, so that it
     * stays exact.
     */
    metadata: jsonb().notNull(),
    ...moments,
    /** Raised by each change of `stock_quantity` or `reserved`; the cache tells older stocks by it. */
    version: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`0`),
  },
  () => [
    check('parts_price_not_negative', sql`price_minor >= 0`),
    check('parts_never_oversold', sql`reserved BETWEEN 0 AND stock_quantity`),
  ],
);

/** One row per order that has asked. Released without items: a later attempt to reserve is refused. */
export const reservations = inventory.table('reservations', {
  orderId: uuid('order_id').primaryKey(),
  status: reservationStatus().notNull(),
  ...moments,
});

/** Written together with their reservation and never changed. */
export const reservationItems = inventory.table(
  'reservation_items',
  {
    orderId: uuid('order_id')
      .notNull()
      .references(() => reservations.orderId),
    partId: uuid('part_id')
      .notNull()
      .references(() => parts.partId),
    quantity: integer().notNull(),
  },
  (item) => [
    primaryKey({ columns: [item.orderId, item.partId] }),
    check('reservation_items_quantity_positive', sql`quantity > 0`),
  ],
);
