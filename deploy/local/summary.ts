import { topicOf } from '#platform/messaging/topics.ts';
import { services } from '../services.ts';
import { portOf, redisUrlOf, replicasOf, type LocalSettings } from './settings.ts';

/** The text that is shown when everything is up. */
export const summary = (settings: LocalSettings, took: string): string => {
  return `
inorder is up after ${took}.

${servers(settings)}
${engines(settings)}

  to look at it         the page of ops: http://127.0.0.1:${portOf(settings, 'OPS_HTTP_PORT')}
  to call them          /docs at each of these addresses; README.md, "Call it"
  make demo             a few hundred orders, and tables of what became of them and their events
  make logs s=loms      one log; make logs shows all
  make observe          dashboards, alerts, traces and logs beside it
  make schemas          what events look like; a schema registry comes up last
  make kafka-topics     what is in Kafka; make kafka-consume t=${topicOf('order.v1.OrderPaid')}
  ./inorder --help      what is stuck and why, and how it goes on${elsewhere(settings)}
  make ps · make down   what runs · stop it (the data stay)
`;
};

/** The text that is shown when only the engines were started. */
export const engineSummary = (settings: LocalSettings, took: string): string => `
The engines of inorder are up after ${took}; topics and tables are there, no service runs.

${engines(settings)}

  make run s=loms       one service in the foreground; make run alone lists them
  make kafka-topics     what is in Kafka
  make ps · make down   what runs · stop it (the data stay)
`;

const engines = (settings: LocalSettings): string =>
  `  Postgres    ${settings.DATABASE_URL === undefined ? `127.0.0.1:${settings.POSTGRES_PORT}, database inorder` : 'from outside'}
  Kafka       ${settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`}
  Redis       ${settings.REDIS_URL === undefined ? (redisUrlOf(settings) ?? 'none') : 'from outside'}
  data, logs  ${settings.INORDER_HOME}`;

/** Lists the addresses of each service that has RPCs. */
const servers = (settings: LocalSettings): string =>
  services
    .flatMap((service) => replicasOf(service))
    .flatMap(({ name, grpc, http }) => {
      if (grpc === undefined) return [];
      const httpUrl = `http://127.0.0.1:${portOf(settings, http)}`;
      const grpcAddress = `127.0.0.1:${portOf(settings, grpc)}`;
      return `  ${name.padEnd(11)} ${httpUrl} (Connect, gRPC-Web, REST) · ${grpcAddress} (gRPC)`;
    })
    .join('\n');

// The line is needed only when ops has another address than the one that ./inorder uses by default.
const elsewhere = (settings: LocalSettings): string => {
  const port = portOf(settings, 'OPS_HTTP_PORT');
  return port === 8070 ? '' : ` (INORDER_OPS=http://127.0.0.1:${port})`;
};
