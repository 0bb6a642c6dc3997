/** A consumer group by default, and the event that it consumes: deploy/topics.yaml knows its topic. */
export interface ConsumerManifest {
  readonly group: string;
  /** The event's full name, e.g. `order.v1.OrderPaid`. */
  readonly event: string;
}

/** How a service runs where there are no containers. */
export interface LocalManifest {
  /** Default 1. Each gets its name by the setting REPLICA. */
  readonly replicas?: number;
  /** Settings of `make up` that are handed on to it, each with its default. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What a service is, as data. Deploy, ops and tests read it; reading it starts nothing. */
export interface ServiceManifest {
  /** Of its folder in services/ and of its process. */
  readonly name: string;
  /** The schema that it owns, and the role that it logs in as. None: it has no tables. */
  readonly schema?: string;
  /** It saves its events in an outbox in its schema, which the publisher sends. */
  readonly hasOutbox?: boolean;
  /** Where it listens by default: the settings GRPC_PORT and HTTP_PORT. */
  readonly ports: { readonly grpc?: number; readonly http: number };
  /** Whose events it acts on; in a service with a schema each once, by its inbox. */
  readonly consumers?: readonly ConsumerManifest[];
  /** The kinds of its timers. */
  readonly timers?: readonly string[];
  /** The settings with the addresses of services that it calls, and the services' names. */
  readonly calls?: Readonly<Record<string, string>>;
  /** It talks to Kafka though it consumes nothing. */
  readonly needsKafka?: boolean;
  /** It names the schemas of events in the registry. */
  readonly needsSchemaRegistry?: boolean;
  /** The setting that lists the schemas of all outboxes, for a service that looks after them. */
  readonly outboxesSetting?: string;
  readonly local?: LocalManifest;
}

/** Each event acts once there. */
export const hasInbox = ({ schema, consumers = [] }: ServiceManifest): boolean =>
  schema !== undefined && consumers.length > 0;
