import { Code, ConnectError } from '@connectrpc/connect';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';
import type { Compression } from '@connectrpc/connect/protocol';

/** Connect takes what gzip cannot unpack for the caller's fault, and what brotli cannot for its own. */
const blameCaller = (compression: Compression): Compression => ({
  ...compression,
  decompress: (bytes, maxBytes) =>
    compression.decompress(bytes, maxBytes).catch((error: unknown) => {
      if (!(error instanceof ConnectError) || error.code !== Code.Internal) throw error;
      throw new ConnectError(error.rawMessage, Code.InvalidArgument, undefined, undefined, error);
    }),
});

/** What requests to the HTTP door may be packed with. */
export const acceptedCompressions: readonly Compression[] = [
  compressionGzip,
  compressionBrotli,
].map(blameCaller);
