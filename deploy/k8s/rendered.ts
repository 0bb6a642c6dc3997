// Manifests as kustomize renders them, as far as they are looked at.

/** An object as kustomize renders it. */
export interface Rendered {
  kind: string;
  metadata: { name: string };
  spec?: unknown;
}

export interface Probe {
  httpGet?: { path?: string; port?: unknown };
}

export interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value?: string }[];
  ports?: { name?: string; containerPort: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
}

export interface Pod {
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  terminationGracePeriodSeconds?: number;
  topologySpreadConstraints?: unknown[];
  initContainers?: Container[];
  containers: Container[];
  volumes?: {
    projected?: { sources: { secret?: { name: string; items?: { path: string }[] } }[] };
  }[];
}
