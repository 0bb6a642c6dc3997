import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObserveSettings } from './observe-parts.ts';

/** What make observe and make observe-down ask a running supervisor for. */
export interface ObserveRequest {
  id: string;
  settings: ObserveSettings;
}

const fileIn = (home: string) => join(home, 'observe-request.json');

/** The signal after which the supervisor reads the request. */
export const requestSignal = 'SIGUSR2';

/** Leaves a request for the supervisor and wakes it. Returns the id under which it is answered in the run state. */
export const sendRequest = (
  home: string,
  supervisor: number,
  settings: ObserveSettings,
): string => {
  const request: ObserveRequest = { id: randomUUID(), settings };
  writeFileSync(`${fileIn(home)}.new`, JSON.stringify(request));
  renameSync(`${fileIn(home)}.new`, fileIn(home));
  process.kill(supervisor, requestSignal);
  return request.id;
};

export const readRequest = (home: string): ObserveRequest =>
  JSON.parse(readFileSync(fileIn(home), 'utf8')) as ObserveRequest;
