/** Where a service answers: `host:port` for gRPC, a URL for HTTP. */
export interface ServiceAddress {
  grpc: string;
  http: string;
}

export interface Addresses {
  loms: ServiceAddress;
  order: ServiceAddress;
}

/** A client that is not ours, and what is tried with it. */
export interface ForeignClient {
  name: string;
  version: string;
  /** Programs of the machine that it cannot do without, and how one gets them. */
  needs: readonly { program: string; remedy: string }[];
  /** Installs and generates what it needs in an empty folder, and calls; gives a line for each thing tried. */
  check: (folder: string, at: Addresses) => Promise<string>;
}
