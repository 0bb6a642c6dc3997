/** The length of the prefix of the JSON in Confluent's encoding: a zero byte, four bytes of schema id (big-endian). */
const prefixBytes = 5;

/** Prefixes the JSON with the id of its schema, as Confluent's clients read and write it. */
export const framedValue = (schemaId: number, json: string): Buffer => {
  const value = Buffer.allocUnsafe(prefixBytes + Buffer.byteLength(json));
  value[0] = 0;
  value.writeUInt32BE(schemaId, 1);
  value.write(json, prefixBytes);
  return value;
};

/** Returns the JSON of an event's value, with or without a schema id: no JSON begins with a zero byte. */
export const decodeEventValue = (value: Buffer): Buffer =>
  value[0] === 0 ? value.subarray(prefixBytes) : value;
