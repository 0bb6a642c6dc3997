import type { Category, MetadataValue, Part } from '../domain/part.ts';

export interface PartRow {
  part_id: string;
  name: string;
  description: string;
  price_minor: bigint;
  stock_quantity: bigint;
  category: Category;
  length_cm: number;
  width_cm: number;
  height_cm: number;
  weight_kg: number;
  manufacturer_name: string;
  manufacturer_country: string;
  manufacturer_website: string;
  tags: string[];
  metadata: Record<string, MetadataColumn>;
  created_at: Date;
  updated_at: Date;
}

/** Exactly one property is set; its key is the type of the value. */
interface MetadataColumn {
  string?: string;
  /** As text, because JSON numbers are exact only up to 2^53. */
  int64?: string;
  double?: number;
  bool?: boolean;
}

export const toPart = (row: PartRow): Part => ({
  partId: row.part_id,
  name: row.name,
  description: row.description,
  priceMinor: row.price_minor,
  stockQuantity: row.stock_quantity,
  category: row.category,
  dimensions: {
    lengthCm: row.length_cm,
    widthCm: row.width_cm,
    heightCm: row.height_cm,
    weightKg: row.weight_kg,
  },
  manufacturer: {
    name: row.manufacturer_name,
    country: row.manufacturer_country,
    website: row.manufacturer_website,
  },
  tags: row.tags,
  metadata: Object.fromEntries(
    Object.entries(row.metadata).map(([name, value]) => [name, toMetadataValue(name, value)]),
  ),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toMetadataValue = (name: string, column: MetadataColumn): MetadataValue => {
  if (column.string !== undefined) return { kind: 'string', value: column.string };
  if (column.int64 !== undefined) return { kind: 'int64', value: BigInt(column.int64) };
  if (column.double !== undefined) return { kind: 'double', value: column.double };
  if (column.bool !== undefined) return { kind: 'bool', value: column.bool };
  throw new Error(`Metadata ${name} has a value of unknown type.`);
};
