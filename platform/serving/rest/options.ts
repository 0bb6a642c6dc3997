import type { DescMethod } from '@bufbuild/protobuf';
import type { EnumStyle } from '../../proto/json/enum-words.ts';

/** How the REST bindings of a service differ from the defaults. */
export interface RestOptions {
  /**
   * `full`: with field violations and metadata. `short`: code, message and reason only. `nested`:
   * `{"error":{"code":"ORDER_NOT_FOUND","message":"…"}}`, where the code is the reason in capitals. Default `full`.
   */
  errorBody?: 'full' | 'short' | 'nested';
  /** The codes of `nested` that are not the reason in capitals, by reason. */
  errorCodes?: Readonly<Record<string, string>>;
  /** The status of FAILED_PRECONDITION. Default 412. */
  preconditionStatus?: 412 | 409 | 400;
  /** The status of success where it is not 200. With 204 there is no body. */
  statuses?: ReadonlyMap<DescMethod, 201 | 202 | 204>;
  /**
   * How enum values are printed on paths below a prefix, e.g. `{ '/': 'short', '/orders': 'lower' }`; the
   * longest prefix decides. Where the style is not `long`, every form is read, in any case. Default `long`
   * everywhere.
   */
  enumWords?: Readonly<Record<string, EnumStyle>>;
}

/** For services that share their REST clients: short refusals, refused changes as 409, short enum words. */
export const plainRest = {
  errorBody: 'short',
  preconditionStatus: 409,
  enumWords: { '/': 'short' },
} as const satisfies RestOptions;

/** Returns the style of a binding. */
export const enumStyleAt = (path: string, { enumWords = {} }: RestOptions): EnumStyle => {
  const [longest] = Object.keys(enumWords)
    .filter((prefix) => `${path}/`.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))
    .toSorted((a, b) => b.length - a.length);
  return (longest === undefined ? undefined : enumWords[longest]) ?? 'long';
};
