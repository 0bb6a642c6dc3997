import pg from 'pg';

// pg_type.oid of the built-in types
const int8 = 20;
const int8Array = 1016;

const parseInt8Array = (text: string): bigint[] =>
  text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt);

/** Reads int8 as bigint (exact) and int8[] as bigint[], and everything else as pg does. */
export const bigintTypes: pg.CustomTypesConfig = {
  getTypeParser: (type, format) => {
    const oid: number = type;
    if (oid === int8) return BigInt;
    if (oid === int8Array) return parseInt8Array;
    const parse: unknown = pg.types.getTypeParser(type, format);
    return parse;
  },
};
