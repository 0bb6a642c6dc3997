import { Code, ConnectError } from '@connectrpc/connect';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';
import type { Compression } from '@connectrpc/connect/protocol';

/**
 * A body that cannot be decompressed is the caller's fault: Connect counts some such errors, those of brotli,
 * as its own.
 */
const blameCaller = (compression: Compression): Compression => ({
  ...compression,
  decompress: (bytes, maxBytes) =>
    compression.decompress(bytes, maxBytes).catch((error: unknown) => {
      if (!(error instanceof ConnectError) || error.code !== Code.Internal) throw error;
      if (isTooLarge(error.cause)) throw tooLarge(maxBytes, error);
      throw new ConnectError(error.rawMessage, Code.InvalidArgument, undefined, undefined, error);
    }),
});

const isTooLarge = (cause: unknown): boolean =>
  (cause as { code?: string } | undefined)?.code === 'ERR_BUFFER_TOO_LARGE';

const tooLarge = (maxBytes: number, cause: ConnectError): ConnectError => {
  const message = `the message is larger than ${maxBytes} bytes when it is unpacked`;
  return new ConnectError(message, Code.ResourceExhausted, undefined, undefined, cause);
};

/** The compressions accepted in requests to the HTTP server. */
export const acceptedCompressions: readonly Compression[] = [
  compressionGzip,
  compressionBrotli,
].map(blameCaller);
