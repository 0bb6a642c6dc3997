import type { ServicePart } from './part.ts';
import type { LocalSettings, PortSetting } from './settings.ts';

type Env = Readonly<Record<string, string>>;

export interface YardOptions {
  settings: LocalSettings;
  /** How to reach Kafka. */
  kafka: Env;
  /** The address of the database for a service's role. */
  databaseUrlOf: (role: string) => string;
}

/** The rocket yard: order calls inventory and payment; assembly, notification and order hear of it by events. */
export const yardParts = ({ settings, kafka, databaseUrlOf }: YardOptions): ServicePart[] => {
  const withDoors = (name: string, grpc: PortSetting, http: PortSetting): ServicePart => ({
    ...{ kind: 'service', name, after: ['postgres', 'migrations'] },
    ...{ ports: [grpc, http], httpPort: http, entry: `services/${name}/main.ts` },
    env: { DATABASE_URL: databaseUrlOf(name), GRPC_PORT: String(settings[grpc]) },
  });
  const withEvents = (part: Omit<ServicePart, 'after'>): ServicePart => ({
    ...{ ...part, after: ['postgres', 'kafka', 'migrations', 'topics'] },
    env: { ...part.env, ...kafka },
  });
  const listener = (name: string, http: PortSetting): ServicePart =>
    withEvents({
      ...{ kind: 'service', name, ports: [http], httpPort: http },
      entry: `services/${name}/main.ts`,
      env: { DATABASE_URL: databaseUrlOf(name) },
    });
  const order = withEvents(withDoors('order', 'ORDER_GRPC_PORT', 'ORDER_HTTP_PORT'));
  const INVENTORY_URL = `http://127.0.0.1:${settings.INVENTORY_GRPC_PORT}`;
  const PAYMENT_URL = `http://127.0.0.1:${settings.PAYMENT_GRPC_PORT}`;
  return [
    withDoors('inventory', 'INVENTORY_GRPC_PORT', 'INVENTORY_HTTP_PORT'),
    withDoors('payment', 'PAYMENT_GRPC_PORT', 'PAYMENT_HTTP_PORT'),
    { ...order, env: { ...order.env, INVENTORY_URL, PAYMENT_URL } },
    listener('assembly', 'ASSEMBLY_HTTP_PORT'),
    listener('notification', 'NOTIFICATION_HTTP_PORT'),
  ];
};
