/** How the values of a topic are written. Empty: plain JSON, and nothing said about its schema. */
export interface ValueForm {
  /** The address of the schema, for the header `ce_dataschema`. */
  readonly dataSchema?: string;
  /** Stands before the JSON, in Confluent's encoding. */
  readonly schemaId?: number;
}

export type ValueFormOf = (topic: string) => ValueForm;
