import type { Yard } from './rig.ts';

/**
 * How often notification has reported each message, over all its lives, by `<order id> paid` or `<order id>
 * assembled`.
 */
export const tellings = ({ notifications }: Pick<Yard, 'notifications'>): Map<string, number> => {
  const told = new Map<string, number>();
  for (const line of notifications.flatMap((part) => part.lines())) {
    const name = nameOf(line);
    if (name !== undefined) told.set(name, (told.get(name) ?? 0) + 1);
  }
  return told;
};

// a line that was cut off when the process died does not count
const nameOf = (line: string): string | undefined => {
  const [, id, type] = /"key":"([^"]+)","type":"(\w+)".*"msg":"notification"/.exec(line) ?? [];
  return id === undefined ? undefined : `${id} ${type}`;
};
