/** A content-type header, parsed by RFC 9110. */
export interface ContentType {
  /** For example `application/json`, in lower case. */
  type: string;
  /** The parameters by their names in lower case; values unchanged, without quotes. */
  parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const mediaType = new RegExp(`^${token}/${token}$`);
// A parameter may be missing between two semicolons.
const parameter = new RegExp(`[ \\t]*;[ \\t]*(?:(${token})=(${token}|${quoted}))?`, 'y');

/** Returns undefined when the header is malformed. */
export const parseContentType = (header: string): ContentType | undefined => {
  const end = header.indexOf(';');
  const type = (end < 0 ? header : header.slice(0, end)).trim();
  if (!mediaType.test(type)) return undefined;
  const parameters = new Map<string, string>();
  let rest = end < 0 ? '' : header.slice(end).trimEnd();
  while (rest !== '') {
    parameter.lastIndex = 0;
    const [all, name, value] = parameter.exec(rest) ?? [];
    if (all === undefined) return undefined;
    if (name !== undefined && value !== undefined)
      parameters.set(name.toLowerCase(), unquote(value));
    rest = rest.slice(all.length);
  }
  return { type: type.toLowerCase(), parameters };
};

const unquote = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;

/** Whether text is in UTF-8; no other encoding is read. */
export const isUtf8 = ({ parameters }: ContentType): boolean =>
  /^utf-?8$/i.test(parameters.get('charset') ?? 'utf-8');
