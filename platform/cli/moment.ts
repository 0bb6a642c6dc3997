import { timestampDate, type Timestamp } from '@bufbuild/protobuf/wkt';

/** Formats a time for a column: UTC, to the second. */
export const moment = (time: Timestamp | undefined): string =>
  time ? timestampDate(time).toISOString().slice(0, 19).replace('T', ' ') : '-';
