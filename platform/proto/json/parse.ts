import { InvalidRequest } from '../validation/invalid-request.ts';
import {
  givenTwice,
  nestedTooDeeply,
  writtenNumber,
  type JsonNode,
  type JsonRecord,
} from './json-node.ts';

// More than a message of 64 levels needs with lists between them.
const maxLevels = 200;

/**
 * Parses JSON by RFC 8259, without what JSON.parse does silently: a name that occurs twice in an object is
 * marked, where JSON.parse takes the last one, and numbers keep their digits. Empty text is an empty object.
 * Throws InvalidRequest for anything else that is not JSON in UTF-8.
 */
export const parseJson = (bytes: Uint8Array): JsonNode => {
  if (bytes.length === 0) return {};
  const source: Source = { text: toText(bytes), at: 0, levels: 0 };
  const node = readNode(source);
  skipSpace(source);
  if (source.at < source.text.length) throw unexpected(source);
  return node;
};

interface Source {
  readonly text: string;
  at: number;
  levels: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const toText = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new InvalidRequest([{ field: '', description: 'is not valid JSON in UTF-8' }], error);
  }
};

const unexpected = ({ text, at }: Source): InvalidRequest => {
  const position = at < text.length ? `at character ${at + 1}` : 'because it ends too early';
  return new InvalidRequest([
    { field: '', description: `is not valid JSON in UTF-8, ${position}` },
  ]);
};

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const skipSpace = (source: Source): number => {
  const { text } = source;
  for (;;) {
    const code = text.charCodeAt(source.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
    source.at++;
  }
};

const readNode = (source: Source): JsonNode => {
  const code = skipSpace(source);
  if (code === quote) return readString(source);
  if (code === openBrace || code === openBracket) {
    if (source.levels === maxLevels) return skipNested(source);
    source.levels++;
    const node = code === openBrace ? readObject(source) : readArray(source);
    source.levels--;
    return node;
  }
  if (code === minus || isDigit(code)) return readNumber(source);
  return readWord(source);
};

const readObject = (source: Source): JsonNode => {
  const object: JsonRecord = {};
  const names: string[] = [];
  source.at++;
  if (skipSpace(source) === closeBrace) {
    source.at++;
    return object;
  }
  do {
    if (skipSpace(source) !== quote) throw unexpected(source);
    const name = readString(source);
    if (skipSpace(source) !== colon) throw unexpected(source);
    source.at++;
    put(object, names, [name, readNode(source)]);
  } while (goesOn(source, closeBrace));
  return object;
};

// up to so many names are compared faster than looked up
const fewNames = 8;

const put = (object: JsonRecord, names: string[], [name, node]: [string, JsonNode]): void => {
  const isFirst = names.length < fewNames ? !names.includes(name) : !Object.hasOwn(object, name);
  const value = isFirst ? node : givenTwice;
  names.push(name);
  // an assignment would set the object's prototype
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true });
  else object[name] = value;
};

const readArray = (source: Source): JsonNode => {
  const items: JsonNode[] = [];
  source.at++;
  if (skipSpace(source) === closeBracket) {
    source.at++;
    return items;
  }
  do items.push(readNode(source));
  while (goesOn(source, closeBracket));
  return items;
};

/** After a value: returns whether another one follows. */
const goesOn = (source: Source, end: number): boolean => {
  const code = skipSpace(source);
  if (code !== comma && code !== end) throw unexpected(source);
  source.at++;
  return code === comma;
};

const readString = (source: Source): string => {
  const { text } = source;
  const start = ++source.at;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      source.at = at + 1;
      return text.slice(start, at);
    }
    if (code === backslash) return readEscaped(source, { start, at });
    if (code < 0x20) throw unexpected({ ...source, at });
  }
  throw unexpected({ ...source, at: text.length });
};

/** JSON.parse knows the escapes, and that control characters must be escaped. */
const readEscaped = (source: Source, { start, at }: { start: number; at: number }): string => {
  const { text } = source;
  let end = at;
  for (; text.charCodeAt(end) !== quote; end++) {
    if (end >= text.length) throw unexpected({ ...source, at: end });
    if (text.charCodeAt(end) === backslash) end++;
  }
  source.at = end + 1;
  try {
    return JSON.parse(text.slice(start - 1, end + 1)) as string;
  } catch {
    throw unexpected({ ...source, at: start - 1 });
  }
};

const isDigit = (code: number): boolean => code >= zero && code <= nine;
const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
// a JavaScript number always holds so many digits exactly
const safeDigits = 15;

const readNumber = (source: Source): JsonNode => {
  const { text, at: start } = source;
  if (text.charCodeAt(start) === minus) source.at++;
  const first = source.at;
  let value = 0;
  let code = text.charCodeAt(first);
  for (; isDigit(code); code = text.charCodeAt(++source.at)) value = value * 10 + code - zero;
  const count = source.at - first;
  const isLong = count === 0 || count > safeDigits || isNumberSign(code);
  if (isLong || (count > 1 && text.charCodeAt(first) === zero)) return readAnyNumber(source, start);
  return first === start ? value : -value;
};

const readAnyNumber = (source: Source, start: number): JsonNode => {
  const { text } = source;
  let code = text.charCodeAt(source.at);
  while (isNumberSign(code) || isDigit(code)) code = text.charCodeAt(++source.at);
  const written = text.slice(start, source.at);
  if (!jsonNumber.test(written)) throw unexpected({ ...source, at: start });
  return writtenNumber(written);
};

const isNumberSign = (code: number): boolean =>
  code === dot || code === minus || code === 0x2b || code === 0x45 || code === 0x65;

const words = new Map<string, JsonNode>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const readWord = (source: Source): JsonNode => {
  for (const [word, node] of words) {
    if (!source.text.startsWith(word, source.at)) continue;
    source.at += word.length;
    return node;
  }
  throw unexpected(source);
};

/** Finds the end of what is refused anyway: brackets are counted, not matched. */
const skipNested = (source: Source): JsonNode => {
  const { text } = source;
  let open = 0;
  do {
    if (source.at >= text.length) throw unexpected(source);
    const code = text.charCodeAt(source.at);
    if (code === openBrace || code === openBracket) open++;
    else if (code === closeBrace || code === closeBracket) open--;
    if (code === quote) readString(source);
    else source.at++;
  } while (open > 0);
  return nestedTooDeeply;
};
