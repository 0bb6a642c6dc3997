/** How the values of a topic are written. When empty: the payload as it is, without naming a schema. */
export interface ValueForm {
  /** The URL of the schema, for the header `ce_dataschema`. */
  readonly dataSchema?: string;
  /** The prefix of the JSON in Confluent's encoding. */
  readonly schemaId?: number;
  /** Puts the fields of the JSON in the order that the topic's contract fixes. */
  readonly orderFields?: (json: string) => string;
}

export type ValueFormOf = (topic: string) => ValueForm;
