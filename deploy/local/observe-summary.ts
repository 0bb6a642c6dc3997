import { portOf, type LocalSettings, type PortSetting } from './settings.ts';
import { observeParts } from './observe-parts.ts';

/** The addresses to open when everything is observed. */
export const observeSummary = (settings: LocalSettings): string => {
  const at = (port: PortSetting) => `http://127.0.0.1:${portOf(settings, port)}`;
  const ownsTraces = observeParts(settings).some(({ kind }) => kind === 'zipkin');
  const traces = ownsTraces
    ? `${at('ZIPKIN_PORT')}
                look for messaging.kafka.message.key=ORDER, or follow the link at an order of the console`
    : 'they go where OTEL_TRACES_EXPORTER says';
  return `
inorder is observed.

  dashboards    ${at('VICTORIA_METRICS_PORT')}/vmui/#/dashboards
                where the flow stops: E2E Order Flow, Outbox, Consumers, RPC, Sagas, Engines
  metrics       ${at('VICTORIA_METRICS_PORT')}/vmui
                any query; what is scraped: ${at('VICTORIA_METRICS_PORT')}/targets
  alerts        ${at('VMALERT_PORT')}/vmalert/alerts
                what fires; each links to its page in docs/runbooks
  traces        ${traces}
  logs          ${at('VICTORIA_LOGS_PORT')}/select/vmui
                look for "ORDER", the id in quotes: all lines of all services about it

  the console   ${at('OPS_HTTP_PORT')}
  make ps · make observe-down   what runs · stop these, without the system; make down stops all
`;
};
