import { portOf, type LocalSettings, type PortSetting } from './settings.ts';
import { observeParts } from './observe-parts.ts';

/** The addresses to open when everything is observed. */
export const observeSummary = (settings: LocalSettings): string => {
  const at = (port: PortSetting) => `http://127.0.0.1:${portOf(settings, port)}`;
  const ownsTraces = observeParts(settings).some(({ name }) => name === 'zipkin');
  const traces = ownsTraces
    ? `${at('ZIPKIN_PORT')}/zipkin/?annotationQuery=messaging.kafka.message.key%3DORDER
                with an order's id for ORDER, and Run query; or by the link at an order of the console`
    : 'where OTEL_TRACES_EXPORTER sends them';
  return `
inorder is observed.

  dashboards    ${at('VICTORIA_METRICS_PORT')}/vmui/#/dashboards
                where the flow stops: E2E Order Flow, Outbox, Consumers, RPC, Sagas, Engines
  metrics       ${at('VICTORIA_METRICS_PORT')}/vmui
                any query; what is scraped: ${at('VICTORIA_METRICS_PORT')}/targets
  alerts        ${at('VICTORIA_METRICS_PORT')}/vmui/#/rules
                all rules, and which fire; each names its page in docs/runbooks
  traces        ${traces}
  logs          ${at('VICTORIA_LOGS_PORT')}/select/vmui/#/?query=key:ORDER&g0.relative_time=last_1_hour
                with an order's id for ORDER: the lines of all services about it; trace_id:… for those of a trace

  the console   ${at('OPS_HTTP_PORT')}
  make ps · make observe-down   what runs · stop these, without the system; make down stops all
`;
};
