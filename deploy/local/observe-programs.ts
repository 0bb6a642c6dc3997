import { join } from 'node:path';
import { checkout } from '../folders.ts';
import type { StartHooks } from './engine.ts';
import { ensureGoPrograms, type BuildPlace, type GoPrograms } from './go-programs.ts';

const programs: GoPrograms = {
  module: join(checkout, 'deploy/observe'),
  command: 'make observe',
  names: 'VictoriaMetrics and VictoriaLogs',
  what: 'fetching their sources (45 MB) and building four programs with Go, usually one to three minutes',
  orElse:
    'Nothing else of make up needs it: the system runs without make observe, each service answers /metrics, and ' +
    'deploy/prometheus/prometheus.yaml and alerts.yaml are there for a Prometheus of yours.',
};

/** Returns the folder with victoria-metrics, vmalert, victoria-logs and vlagent, building them the first time. */
export const ensureObservePrograms = (hooks: StartHooks, place?: BuildPlace): Promise<string> =>
  ensureGoPrograms(programs, hooks, place);
