import type { LocalSettings } from '../../deploy/local/settings.ts';

interface Named {
  name: string;
  url: string;
}

interface Doors {
  grpcUrl: string;
  httpUrl: string;
}

/** Where the parts of the system that runs are, by the settings with which it was started. */
export interface RunningSystem {
  /** An administrator's. */
  databaseUrl: string;
  brokers: string;
  loms: Doors;
  notifiers: Named[];
  order: Doors;
  inventory: Doors;
  /** Those that consume events of orders. */
  yardConsumers: Named[];
}

export const findRunningSystem = (settings: LocalSettings): RunningSystem => {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const doors = (grpc: number, http: number) => ({ grpcUrl: at(grpc), httpUrl: at(http) });
  const { DATABASE_URL, POSTGRES_PORT, KAFKA_BROKERS, KAFKA_PORT } = settings;
  const order = doors(settings.ORDER_GRPC_PORT, settings.ORDER_HTTP_PORT);
  return {
    databaseUrl: DATABASE_URL ?? `postgres://postgres:postgres@127.0.0.1:${POSTGRES_PORT}/inorder`,
    brokers: KAFKA_BROKERS ?? `127.0.0.1:${KAFKA_PORT}`,
    loms: doors(settings.LOMS_GRPC_PORT, settings.LOMS_HTTP_PORT),
    notifiers: [
      settings.NOTIFIER_1_HTTP_PORT,
      settings.NOTIFIER_2_HTTP_PORT,
      settings.NOTIFIER_3_HTTP_PORT,
    ].map((port, i) => ({ name: `notifier-${i + 1}`, url: at(port) })),
    order,
    inventory: doors(settings.INVENTORY_GRPC_PORT, settings.INVENTORY_HTTP_PORT),
    yardConsumers: [
      { name: 'order', url: order.httpUrl },
      { name: 'assembly', url: at(settings.ASSEMBLY_HTTP_PORT) },
      { name: 'notification', url: at(settings.NOTIFICATION_HTTP_PORT) },
    ],
  };
};

/** Says what is not ready; false when something is not. */
export const isUp = async (up: RunningSystem): Promise<boolean> => {
  const asked = [
    { name: 'loms', url: up.loms.httpUrl },
    ...up.notifiers,
    { name: 'inventory', url: up.inventory.httpUrl },
    ...up.yardConsumers,
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
