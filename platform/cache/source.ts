/** Where values come from, and what they are as text. */
export interface Source<Key extends string | bigint, Value> {
  /** Part of every key in Redis: give it a new one when `encode` changes, e.g. `stocks-2`. */
  name: string;
  /** Loads the present value from the database; undefined when there is none. */
  load: (key: Key) => Promise<Value | undefined>;
  /** The number of the row that each change of it raises, from 1 on (0 for a row that was never changed). */
  versionOf: (value: Value) => bigint;
  encode: (value: Value) => string;
  decode: (text: string) => Value;
}
