import type { LocalSettings } from './settings.ts';

/** What a person wants to know when everything is up. */
export const summary = (settings: LocalSettings, took: string): string => {
  const doors = (http: number, grpc: number) =>
    `http://127.0.0.1:${http} (Connect, gRPC-Web, REST) · 127.0.0.1:${grpc} (gRPC)`;
  return `
inorder is up after ${took}.

  loms        ${doors(settings.LOMS_HTTP_PORT, settings.LOMS_GRPC_PORT)}
  order       ${doors(settings.ORDER_HTTP_PORT, settings.ORDER_GRPC_PORT)}
  inventory   ${doors(settings.INVENTORY_HTTP_PORT, settings.INVENTORY_GRPC_PORT)}
  payment     ${doors(settings.PAYMENT_HTTP_PORT, settings.PAYMENT_GRPC_PORT)}
  Postgres    ${settings.DATABASE_URL === undefined ? `127.0.0.1:${settings.POSTGRES_PORT}, database inorder` : 'from outside'}
  Kafka       ${settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`}
  data, logs  ${settings.INORDER_HOME}

  to call them          /docs at each of these addresses; README.md, "Call it"
  make demo             a few hundred orders, and tables of what became of them and their events
  make logs s=loms      one log; make logs shows all
${schemas(settings)}  make kafka-topics     what is in Kafka; make kafka-consume t=order.payment.completed
  ./inorder --help      what is stuck and why, and how it goes on${elsewhere(settings)}
  make ps · make down   what runs · stop it (the data stay)
`;
};

const schemas = ({ SCHEMA_REGISTRY, SCHEMA_REGISTRY_URL: outside }: LocalSettings): string =>
  SCHEMA_REGISTRY === 'off' && outside === undefined
    ? ''
    : '  make schemas          what events look like; the schema registry comes up last\n';

// only where ops is not where ./inorder looks for it
const elsewhere = ({ OPS_HTTP_PORT }: LocalSettings): string =>
  OPS_HTTP_PORT === 8070 ? '' : ` (INORDER_OPS=http://127.0.0.1:${OPS_HTTP_PORT})`;
