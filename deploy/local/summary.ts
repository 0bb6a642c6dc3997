import type { LocalSettings } from './settings.ts';

/** What a person wants to know when everything is up. */
export const summary = (settings: LocalSettings, took: string): string => {
  const http = `http://127.0.0.1:${settings.LOMS_HTTP_PORT}`;
  return `
inorder is up after ${took}.

  loms        ${http} (Connect, gRPC-Web, REST) · 127.0.0.1:${settings.LOMS_GRPC_PORT} (gRPC)
  Postgres    ${settings.DATABASE_URL === undefined ? `127.0.0.1:${settings.POSTGRES_PORT}, database inorder` : 'from outside'}
  Kafka       ${settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`}
  data, logs  ${settings.INORDER_HOME}

  make demo             a few hundred orders, and a table of what became of their events
${schemas(settings)}  make logs s=loms      one log; make logs shows all
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
