/** What is watched. */
export interface Watched {
  keys: readonly string[];
  /** Events of theirs that may change, by schema. */
  eventIds: ReadonlyMap<string, readonly string[]>;
  /** Also what transactions may have committed late is looked for. */
  isLongLook: boolean;
}

/** Something of a key that changes when the key's rows do; an event's mark stands for itself. */
export interface Mark {
  schema: string;
  key: string;
  id: string | null;
  mark: string;
}

/** What is known of one watched key. */
export interface KnownKey {
  /** By schema: the marks that are not of events, as one text. */
  readonly marks: Map<string, string>;
  /** By schema: the marks of the events by their ids. */
  readonly events: Map<string, Map<string, string>>;
}

export const newKnownKey = (): KnownKey => ({ marks: new Map(), events: new Map() });

/** The schemas that have something of the key. */
export const schemasOf = ({ marks, events }: KnownKey): string[] => [
  ...new Set([
    ...[...marks].filter(([, text]) => text !== '').map(([schema]) => schema),
    ...events.keys(),
  ]),
];

/** Notes what a schema has of the watched keys now, and returns those for which that is not what was known. */
export const noteMarks = (
  known: ReadonlyMap<string, KnownKey>,
  schema: string,
  marks: readonly Mark[],
): string[] => {
  const byKey = Map.groupBy(marks, ({ key }) => key);
  return [...known].flatMap(([key, of]) => {
    const rows = byKey.get(key) ?? [];
    const others = rows.filter(({ id }) => id === null).map(({ mark }) => mark);
    const text = others.toSorted().join('\n');
    const isOther = (of.marks.get(schema) ?? '') !== text;
    of.marks.set(schema, text);
    const ofSchema = of.events.get(schema) ?? new Map<string, string>();
    const changed = rows.filter((row) => noteEvent(ofSchema, row));
    if (ofSchema.size > 0) of.events.set(schema, ofSchema);
    return isOther || changed.length > 0 ? [key] : [];
  });
};

/** Returns whether the mark is of an event and not what was known of it. */
const noteEvent = (events: Map<string, string>, { id, mark }: Mark): boolean => {
  if (id === null || events.get(id) === mark) return false;
  events.set(id, mark);
  return true;
};

const sent = 'COMPLETED';

/** The events of all keys in a schema whose rows may change; those that were sent only rarely do, by a replay. */
export const eventsToCheck = (
  known: Iterable<KnownKey>,
  schema: string,
  withSent: boolean,
): string[] =>
  [...known].flatMap(({ events }) =>
    [...(events.get(schema) ?? [])]
      .filter(([, mark]) => withSent || !mark.startsWith(sent))
      .map(([id]) => id),
  );
