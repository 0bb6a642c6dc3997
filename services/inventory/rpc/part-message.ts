import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  Category,
  type MetadataValueSchema,
  type PartSchema,
} from '#gen/inventory/v1/inventory_pb.ts';
import { toMajorUnits } from '#platform/proto/money.ts';
import type { MetadataValue, Part } from '../domain/part.ts';

/** Converts a part to its proto message; prices are in rubles instead of kopecks. */
export const toPartMessage = (part: Part): MessageInitShape<typeof PartSchema> => {
  const { lengthCm: length, widthCm: width, heightCm: height, weightKg: weight } = part.dimensions;
  return {
    partId: part.partId,
    name: part.name,
    description: part.description,
    price: toMajorUnits(part.priceMinor),
    stockQuantity: part.stockQuantity,
    category: Category[part.category],
    dimensions: { length, width, height, weight },
    manufacturer: part.manufacturer,
    tags: [...part.tags],
    metadata: Object.fromEntries(
      Object.entries(part.metadata).map(([name, value]) => [name, toValueMessage(value)]),
    ),
    createdAt: timestampFromDate(part.createdAt),
    updatedAt: timestampFromDate(part.updatedAt),
  };
};

const toValueMessage = (one: MetadataValue): MessageInitShape<typeof MetadataValueSchema> => {
  switch (one.kind) {
    case 'string':
      return { value: { case: 'stringValue', value: one.value } };
    case 'int64':
      return { value: { case: 'int64Value', value: one.value } };
    case 'double':
      return { value: { case: 'doubleValue', value: one.value } };
    case 'bool':
      return { value: { case: 'boolValue', value: one.value } };
  }
};
