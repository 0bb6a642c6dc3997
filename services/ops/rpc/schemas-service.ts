import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { SchemaStore } from '../domain/schemas.ts';
import { compareSchemas } from '../usecases/compare-schemas.ts';

type SchemasRpc = 'listSchemas' | 'compareSchemas';

/** Implements the RPCs on the schemas of events. */
export const createSchemasService = (
  store: SchemaStore,
): Pick<Implementation<typeof OpsService>, SchemasRpc> => ({
  listSchemas: async () => ({
    source: store.source,
    subjects: (await store.list()).map((each) => ({ ...each, versions: [...each.versions] })),
  }),
  compareSchemas: ({ subject, from, to }) => compareSchemas(store)({ subject, from, to }),
});
