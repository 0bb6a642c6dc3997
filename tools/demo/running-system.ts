import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { hasInbox, type ServiceManifest } from '#platform/base/manifest.ts';
import {
  deploymentPort,
  portOf,
  replicasOf,
  type LocalSettings,
  type PortSetting,
} from '../../deploy/local/settings.ts';
import { services } from '../../deploy/services.ts';

/** A process and its URL for health and metrics. */
export interface Named {
  name: string;
  url: string;
}

export interface Addresses {
  grpcUrl: string;
  httpUrl: string;
}

/** The addresses of the running system, derived from the settings with which it was started. */
export interface RunningSystem {
  /** An administrator's URL. */
  databaseUrl: string;
  brokers: string;
  loms: Addresses;
  notifiers: Named[];
  order: Addresses;
  inventory: Addresses;
  booking: Addresses;
  ticket: Addresses;
  /** The services that consume events of orders. */
  consumers: Named[];
  pvz: Addresses;
  /** The notifiers of the pick-up point's events. */
  pvzNotifiers: Named[];
}

export const findRunningSystem = (settings: LocalSettings): RunningSystem => {
  const at = (setting: PortSetting) => `http://127.0.0.1:${portOf(settings, setting)}`;
  const servers = (name: 'LOMS' | 'ORDER' | 'INVENTORY' | 'BOOKING' | 'TICKET' | 'PVZ') => ({
    grpcUrl: at(`${name}_GRPC_PORT`),
    httpUrl: at(`${name}_HTTP_PORT`),
  });
  const runningOf = (which: (service: ServiceManifest) => boolean): Named[] =>
    services
      .filter(which)
      .flatMap(replicasOf)
      .map(({ name, http }) => ({ name, url: at(http) }));
  const { DATABASE_URL, POSTGRES_PORT, KAFKA_BROKERS, KAFKA_PORT } = settings;
  return {
    databaseUrl: DATABASE_URL ?? `postgres://postgres:postgres@127.0.0.1:${POSTGRES_PORT}/inorder`,
    brokers: KAFKA_BROKERS ?? `127.0.0.1:${KAFKA_PORT}`,
    loms: servers('LOMS'),
    notifiers: runningOf(({ name }) => name === 'notifier'),
    order: servers('ORDER'),
    inventory: servers('INVENTORY'),
    booking: servers('BOOKING'),
    ticket: servers('TICKET'),
    consumers: runningOf(hasInbox),
    pvz: servers('PVZ'),
    pvzNotifiers: services
      .flatMap(({ deployments = [] }) => deployments)
      .filter(({ event }) => event === OrderEventSchema.typeName)
      .map((each) => ({ name: each.name, url: at(deploymentPort(each)) })),
  };
};

/** Prints what is not ready; returns false when something is not. */
export const isUp = async (up: RunningSystem): Promise<boolean> => {
  const asked = [
    { name: 'loms', url: up.loms.httpUrl },
    ...up.notifiers,
    { name: 'inventory', url: up.inventory.httpUrl },
    ...up.consumers,
    { name: 'pvz', url: up.pvz.httpUrl },
    ...up.pvzNotifiers,
  ];
  const answers = await Promise.all(
    asked.map(({ url }) =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  );
  const silent = asked.filter((_, i) => !answers[i]);
  for (const { name, url } of silent) console.error(`${name} is not ready at ${url}.`);
  if (silent.length > 0) console.error('Start the system first: make up');
  return silent.length === 0;
};
