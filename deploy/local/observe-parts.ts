import type { ServiceManifest } from '#platform/base/manifest.ts';
import { traceSettings, type TraceSettings } from '#platform/base/tracing/settings.ts';
import type { ObservePart } from './part.ts';
import { portOf, type LocalSettings, type PortSetting } from './settings.ts';

/**
 * What `make observe` runs beside the system. Zipkin is not among it where the services' traces already go to a store
 * that the settings name.
 */
export const observeParts = (settings: LocalSettings): ObservePart[] => {
  if (settings.OBSERVE === 'off') return [];
  return [
    ...(ownsTraces(settings) ? [partOf('zipkin', 'ZIPKIN_PORT')] : []),
    partOf('victoria-metrics', 'VICTORIA_METRICS_PORT'),
    partOf('vmalert', 'VMALERT_PORT', ['victoria-metrics']),
    partOf('victoria-logs', 'VICTORIA_LOGS_PORT'),
    partOf('vlagent', 'VLAGENT_PORT', ['victoria-logs']),
  ];
};

const partOf = (
  name: ObservePart['name'],
  port: PortSetting,
  after: readonly string[] = [],
): ObservePart => ({
  kind: 'observe',
  name,
  after,
  ports: [port],
  isAside: true,
});

/** The settings that make observe adds to those of a running system. */
export type ObserveSettings = { readonly OBSERVE: 'on' | 'off' } & Readonly<
  Record<PortSetting, number>
>;

export const observeSettingsOf = (
  settings: LocalSettings,
  OBSERVE: 'on' | 'off',
): ObserveSettings => {
  const ports = observeParts({ ...settings, OBSERVE: 'on' }).flatMap((part) => part.ports);
  return {
    OBSERVE,
    ...Object.fromEntries(ports.map((name) => [name, portOf(settings, name)])),
  };
};

/** Whether traces go to the Zipkin of `make observe`, because no other store is set. */
const ownsTraces = (settings: LocalSettings): boolean =>
  settings.OBSERVE === 'on' && settings.OTEL_TRACES_EXPORTER === 'none';

/** Where a service sends its traces and, for ops, where its page finds them. */
export const observedEnv = (
  service: ServiceManifest,
  settings: LocalSettings,
): Readonly<Record<string, string>> => {
  const names = Object.keys(traceSettings) as (keyof TraceSettings)[];
  const asSet = Object.fromEntries(names.map((name) => [name, String(settings[name])]));
  if (!ownsTraces(settings)) return asSet;
  const zipkin = `http://127.0.0.1:${settings.ZIPKIN_PORT}`;
  const { local } = service;
  const linksToTraces = local?.settings !== undefined && traceUrl in local.settings;
  const all: Readonly<Record<string, unknown>> = settings;
  return {
    ...asSet,
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${zipkin}/api/v2/spans`,
    ...(linksToTraces &&
      all[traceUrl] === '' && { [traceUrl]: `${zipkin}/zipkin/traces/{trace_id}` }),
  };
};

const traceUrl = 'TRACE_URL_TEMPLATE';
