/** A subject of schemas and its versions. */
export interface SchemaSubject {
  subject: string;
  /** Empty for a subject of no topic in the manifest. */
  topic: string;
  /** Ascending. */
  versions: readonly number[];
  /** How a new version may differ; empty where that is not known. */
  compatibility: string;
}

/** Where schemas come from: a registry, or what ops was started with. */
export interface SchemaStore {
  source: 'registry' | 'checkout';
  list: () => Promise<SchemaSubject[]>;
  /** Resolves with the schema as JSON; undefined when there is no such version. */
  find: (subject: string, version: number) => Promise<string | undefined>;
}
