const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID in 16 characters of one byte each; another id as it is. */
export const compactId = (id: string): string =>
  uuid.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1') : id;
