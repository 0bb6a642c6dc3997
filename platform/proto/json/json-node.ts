/** A number as it was written: only the type of its field tells whether it may become a JavaScript number. */
export interface JsonNumber {
  readonly text: string;
}

export const writtenNumber = (text: string): JsonNumber => new WrittenNumber(text);

class WrittenNumber implements JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const isJsonNumber = (node: unknown): node is JsonNumber => node instanceof WrittenNumber;

/** Stands in place of an unacceptable value, and says why. */
export interface JsonFault {
  readonly description: string;
}

export const givenTwice: JsonFault = { description: 'is given more than once' };
export const nestedTooDeeply: JsonFault = { description: 'is nested too deeply' };

export const isJsonFault = (node: JsonNode): node is JsonFault =>
  node === givenTwice || node === nestedTooDeeply;

/** JSON as it was written: short integers are numbers already, and nothing was dropped. */
export type JsonNode =
  null | boolean | string | number | JsonNumber | JsonFault | JsonNode[] | JsonRecord;

export interface JsonRecord {
  [name: string]: JsonNode;
}

export const isJsonObject = (node: JsonNode | undefined): node is JsonRecord =>
  typeof node === 'object' &&
  node !== null &&
  !(Array.isArray(node) || isJsonNumber(node) || isJsonFault(node));
