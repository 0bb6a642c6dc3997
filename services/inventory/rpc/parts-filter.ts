import { create } from '@bufbuild/protobuf';
import {
  Category,
  PartsFilterSchema,
  type PartsFilter as FilterMessage,
} from '#gen/inventory/v1/inventory_pb.ts';
import type { Category as DomainCategory, PartsFilter } from '../domain/part.ts';

const categories = new Map<number, DomainCategory>([
  [Category.ENGINE, 'ENGINE'],
  [Category.FUEL, 'FUEL'],
  [Category.PORTHOLE, 'PORTHOLE'],
  [Category.WING, 'WING'],
]);

/**
 * Converts the proto filter; without one, every part matches. Validation has refused unknown categories
 * before.
 */
export const toFilter = (filter: FilterMessage = create(PartsFilterSchema)): PartsFilter => ({
  partIds: filter.partIds,
  names: filter.names,
  categories: filter.categories.flatMap((number) => categories.get(number) ?? []),
  manufacturerCountries: filter.manufacturerCountries,
  tags: filter.tags,
});
