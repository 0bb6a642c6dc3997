/** How the values of a topic are written. When empty: plain JSON, without naming a schema. */
export interface ValueForm {
  /** The URL of the schema, for the header `ce_dataschema`. */
  readonly dataSchema?: string;
  /** The prefix of the JSON in Confluent's encoding. */
  readonly schemaId?: number;
}

export type ValueFormOf = (topic: string) => ValueForm;
