import type { BookingService } from '#gen/booking/v1/booking_pb.ts';
import type { Printer } from '#platform/cli/printer.ts';
import type { Client } from '@connectrpc/connect';
import type { ReportProgress } from './report-progress.ts';

/** What a command works with. */
export interface BookingCli extends Printer {
  client: Client<typeof BookingService>;
  sleep: (ms: number) => Promise<void>;
  openProgress: () => ReportProgress;
}
