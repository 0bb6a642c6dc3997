/** In Confluent's encoding: a zero byte, four bytes of schema id (big-endian), the JSON. */
const prefixBytes = 5;

/** The JSON with the id of its schema before it, as Confluent's clients read and write it. */
export const framedValue = (schemaId: number, json: string): Buffer => {
  const value = Buffer.allocUnsafe(prefixBytes + Buffer.byteLength(json));
  value[0] = 0;
  value.writeUInt32BE(schemaId, 1);
  value.write(json, prefixBytes);
  return value;
};

/** The JSON of an event's value, plain or with a schema id before it: no JSON begins with a zero byte. */
export const decodeEventValue = (value: Buffer): Buffer =>
  value[0] === 0 ? value.subarray(prefixBytes) : value;
