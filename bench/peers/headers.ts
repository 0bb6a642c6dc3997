import { cloudEventHeaders } from '#platform/messaging/event.ts';

export interface HeaderFacts {
  id: string;
  key: string;
  type: string;
  sequence: string;
  createdAt: Date;
  headers: Readonly<Record<string, string>>;
}

/** The headers that our publisher gives an event, for peers whose messages our own code builds. */
export const toHeaders = (row: HeaderFacts): Record<string, string> => ({
  ...cloudEventHeaders({
    id: row.id,
    source: 'loms',
    type: row.type,
    subject: row.key,
    sequence: row.sequence,
    time: row.createdAt.toISOString(),
  }),
  ...row.headers,
});
