/** The addresses of a service: `host:port` for gRPC, a URL for HTTP. */
export interface ServiceAddress {
  grpc: string;
  http: string;
}

/** The services that are called. */
export const called = ['loms', 'order', 'pvz', 'booking', 'ticket'] as const;

export type Addresses = Readonly<Record<(typeof called)[number], ServiceAddress>>;

/** A third-party client, and the calls that are tried with it. */
export interface ForeignClient {
  name: string;
  version: string;
  /** The programs that must be installed on the machine, and how to install each. */
  needs: readonly { program: string; remedy: string }[];
  /**
   * Installs and generates what the client needs in an empty folder and makes the calls. Returns a line for each
   * call.
   */
  check: (folder: string, at: Addresses) => Promise<string>;
}
