import {
  ReportFormat as Format,
  type BookingService,
  type ExportReportRequest,
} from '#gen/booking/v1/booking_pb.ts';
import type { MethodImplementation } from '#platform/serving/rpc/implementation.ts';
import type { exportReport, ReportFormat } from '../usecases/export-report.ts';

type ExportReport = MethodImplementation<typeof BookingService.method.exportReport>;

const contentTypes: Readonly<Record<ReportFormat, string>> = {
  CSV: 'text/csv; charset=utf-8',
  JSONL: 'application/x-ndjson',
};

/** Implements ExportReport. */
export const exportReportRpc = (exporting: ReturnType<typeof exportReport>): ExportReport =>
  async function* ({ from, to, format: asked }: ExportReportRequest, { signal }) {
    const format = asked === Format.JSONL ? 'JSONL' : 'CSV';
    const contentType = contentTypes[format];
    for await (const piece of exporting({ from, to, format }, { signal }))
      yield {
        ...piece,
        contentType,
        lines: Buffer.from(piece.lines),
        ordersSent: BigInt(piece.ordersSent),
        ordersGathered: BigInt(piece.ordersGathered),
      };
  };
