/**
 * The default consumer group, and the event that it consumes; deploy/topics.yaml maps the event to its topic.
 */
export interface ConsumerManifest {
  readonly group: string;
  /** The event's full name, e.g. `order.v1.OrderPaid`. */
  readonly event: string;
  /** The consumer's name in the inbox and in metrics where it is not the group. */
  readonly name?: string;
  /** The types of the events on which it acts, where these are not all of its topic. The others leave no trace in its inbox. */
  readonly types?: readonly string[];
}

/**
 * One more process of a service, which consumes another event under a group of its own. The service reads both from
 * its settings `<SERVICE>_TOPIC` and `<SERVICE>_GROUP`.
 */
export interface DeploymentManifest extends ConsumerManifest {
  /** The name of its process. Its settings are in deploy/env under this name. */
  readonly name: string;
  readonly httpPort: number;
}

/** How a service runs without containers. */
export interface LocalManifest {
  /** Default 1. Each replica gets its name from the setting REPLICA. */
  readonly replicas?: number;
  /** Settings of `make up` that are passed on to the service, each with its default. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Tables of a service's schema with what has become of an order; each of their rows commits with the change itself. */
export interface LifecycleTables {
  /** The column with the order's id in both tables, and its type. */
  readonly key: string;
  readonly keyType: 'bigint' | 'uuid';
  /** One row per fact of an order: which one it is, when it was and, if the table says so, why. */
  readonly facts: {
    readonly table: string;
    readonly fact: string;
    readonly at: string;
    readonly reason?: string;
  };
  /** One row per order, with its present state. */
  readonly orders: {
    readonly table: string;
    readonly state: string;
    /** The column that says since when an order has not ended in time; absent where nothing watches over that. */
    readonly stuckSince?: string;
  };
}

/**
 * How a step ends: by a fact of the table, by an event (the last word of its type), by a consumer that has handled a
 * message of the order (`handled by <consumer>`), or, where nothing is named, when its timer is gone.
 */
export interface LifecycleEnd<Fact extends string = string> {
  readonly done?: Fact;
  /** The kind of the timer that is set while the step is under way. */
  readonly timer?: string;
}

/** One step of an order. */
export interface LifecycleStep<Fact extends string = string> extends LifecycleEnd<Fact> {
  readonly id: string;
  /** What has been done when it is done, e.g. `Stock reserved`. */
  readonly title: string;
  /** Who owes it: a service, or whoever acts from outside, e.g. `customer`. */
  readonly who: string;
  /** The fact that lets it begin; absent for the first one. */
  readonly causedBy?: Fact;
  /** The fact by which the step is refused. */
  readonly failed?: Fact;
  /** The fact that makes it needless. */
  readonly endedBy?: Fact;
  /** What takes the step back; any of these facts causes it. */
  readonly undo?: LifecycleEnd<Fact> & {
    readonly title: string;
    readonly who: string;
    readonly causedBy: readonly Fact[];
  };
}

/** The way of an order through its system, as data: from it ops tells what is done, under way and still to come. */
export interface LifecycleManifest<Fact extends string = string> {
  /** What is ordered, e.g. `goods`. */
  readonly title: string;
  readonly tables: LifecycleTables;
  readonly steps: readonly LifecycleStep<Fact>[];
}

/** Describes a service as data, for deploy, ops and tests. Reading it starts nothing. */
export interface ServiceManifest {
  /** The name of its folder in services/ and of its process. */
  readonly name: string;
  /** The schema that it owns, and the role as which it logs in; absent when it has no tables. */
  readonly schema?: string;
  /** Whether it writes its events to an outbox in its schema, which the publisher sends. */
  readonly hasOutbox?: boolean;
  /** The default ports: the settings GRPC_PORT and HTTP_PORT. */
  readonly ports: { readonly grpc?: number; readonly http: number };
  /** The events that it consumes; with a schema, each takes effect once, through its inbox. */
  readonly consumers?: readonly ConsumerManifest[];
  /** What runs of it besides the process, or the replicas, that bear its own name. */
  readonly deployments?: readonly DeploymentManifest[];
  /** The kinds of its timers. */
  readonly timers?: readonly string[];
  /** The services that it calls, by the setting with their address. */
  readonly calls?: Readonly<Record<string, string>>;
  /** The services whose HTTP port it calls, by the setting with its address. */
  readonly httpCalls?: Readonly<Record<string, string>>;
  /** Whether it uses Kafka without consuming anything. */
  readonly needsKafka?: boolean;
  /** Whether it looks up the schemas of events in the registry. */
  readonly needsSchemaRegistry?: boolean;
  /** Whether it caches what it reads, in Redis. */
  readonly usesCache?: boolean;
  /** The setting that lists the schemas of all outboxes, for a service that works on them. */
  readonly outboxesSetting?: string;
  /** The way of its orders, for the service with which orders are placed. */
  readonly lifecycle?: LifecycleManifest;
  readonly local?: LocalManifest;
}

/** Whether the service consumes events through an inbox, so that each takes effect once. */
export const hasInbox = ({ schema, consumers = [] }: ServiceManifest): boolean =>
  schema !== undefined && consumers.length > 0;

/** Whether its processes connect to Kafka. */
export const usesKafka = ({ consumers = [], needsKafka }: ServiceManifest): boolean =>
  consumers.length > 0 || needsKafka === true;
