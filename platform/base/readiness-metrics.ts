import { Gauge, type Registry } from 'prom-client';
import type { Readiness } from './readiness.ts';

/** Makes readiness a metric: each scrape runs the checks, as a call of `/readyz` does. */
export const measureReadiness = (registry: Registry, readiness: Readiness): void => {
  const registers = [registry];
  new Gauge({
    name: 'service_ready',
    help: '1 while /readyz says that the process can do its work, otherwise 0.',
    registers,
    async collect() {
      const { ready } = await readiness.report();
      this.set(ready ? 1 : 0);
    },
  });
  new Gauge({
    name: 'service_check_ok',
    help: '1 while this check of /readyz succeeds, otherwise 0; some are reported only.',
    labelNames: ['check'],
    registers,
    async collect() {
      const { checks } = await readiness.report();
      this.reset();
      for (const [check, outcome] of Object.entries(checks))
        this.set({ check }, outcome === 'ok' ? 1 : 0);
    },
  });
};
