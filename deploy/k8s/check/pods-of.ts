import type { ApiObject } from './api.ts';

interface Templated {
  template: { metadata: object; spec: object };
}

/**
 * The pods that Deployments and Jobs would make. Pod Security refuses pods, not what makes them, which a cluster notices
 * only when no pod comes.
 */
export const podsOf = (objects: readonly ApiObject[]): ApiObject[] =>
  objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ metadata: { name }, spec }) => {
      const { template } = spec as Templated;
      return podOf(`${name}-pod`, template.spec);
    });

const podOf = (name: string, spec: unknown): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec,
});

const container = { name: 'one', image: 'one' };

/** What the server must refuse, by what is wrong with it. */
export const refusedPods: Readonly<Record<string, ApiObject>> = {
  'a pod with a field that does not exist': podOf('field', {
    containers: [container],
    replica: 1,
  }),
  'a pod that may run as root': podOf('root', { containers: [container] }),
};
