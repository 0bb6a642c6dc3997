import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Part } from '../domain/part.ts';
import type { PartsWanted } from '../usecases/list-parts.ts';
import { toPart, type PartRow } from './part-row.ts';

const columns = `part_id, name, description, price_minor, stock_quantity, category,
  length_cm, width_cm, height_cm, weight_kg,
  manufacturer_name, manufacturer_country, manufacturer_website, tags, metadata, created_at, updated_at`;

const selectPart = prepareStatement<PartRow>(
  'inventory_part',
  `SELECT ${columns} FROM inventory.parts WHERE part_id = $1`,
);

export const findPart =
  (pool: Queryable) =>
  async (partId: string): Promise<Part | undefined> => {
    const [row] = await selectPart(pool, [partId]);
    return row && toPart(row);
  };

const selectFiltered = prepareStatement<PartRow>(
  'inventory_parts',
  `SELECT ${columns} FROM inventory.parts
    WHERE ($1::uuid IS NULL OR part_id > $1)
      AND (cardinality($2::uuid[]) = 0 OR part_id = ANY ($2))
      AND (cardinality($3::text[]) = 0 OR lower(name) IN (SELECT lower(n) FROM unnest($3) n))
      AND (cardinality($4::inventory.part_category[]) = 0 OR category = ANY ($4))
      AND (cardinality($5::text[]) = 0 OR manufacturer_country = ANY ($5))
      AND (cardinality($6::text[]) = 0 OR tags && $6)
    ORDER BY part_id LIMIT $7`,
);

/** Selects the parts that match, ascending by id. */
export const selectParts =
  (pool: Queryable) =>
  async ({ filter, afterId, limit }: PartsWanted): Promise<Part[]> => {
    const { partIds, names, categories, manufacturerCountries, tags } = filter;
    const lists = [partIds, names, categories, manufacturerCountries, tags];
    const rows = await selectFiltered(pool, [afterId ?? null, ...lists, limit]);
    return rows.map(toPart);
  };
