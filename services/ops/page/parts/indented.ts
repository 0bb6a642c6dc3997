/**
 * Returns JSON with indents, or as it is where that would change more than white space, e.g. a number of more digits
 * than JavaScript has. What is no JSON, such as the beginning of a long text, stays as it is, too.
 */
export const indented = (json: string): string => {
  try {
    const value: unknown = JSON.parse(json);
    return JSON.stringify(value) === json ? JSON.stringify(value, null, 2) : json;
  } catch {
    return json;
  }
};
