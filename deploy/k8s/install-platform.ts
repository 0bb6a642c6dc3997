// `make k8s-platform`: the operators that the manifests need, and Vault, in the cluster of kubectl, by helm. It may be run
// again: what is there is brought to the same state.
import { currentContext, runClusterTool } from './cluster-tools.ts';
import { namespaces } from './places.ts';

interface Release {
  name: string;
  chart: string;
  repository: string;
  namespace: string;
  values?: readonly string[];
}

const releases: readonly Release[] = [
  {
    name: 'external-secrets',
    chart: 'external-secrets',
    repository: 'https://charts.external-secrets.io',
    namespace: 'external-secrets',
  },
  {
    name: 'vault',
    chart: 'vault',
    repository: 'https://helm.releases.hashicorp.com',
    namespace: 'vault',
  },
  {
    name: 'strimzi',
    chart: 'strimzi-kafka-operator',
    repository: 'https://strimzi.io/charts',
    namespace: 'strimzi',
    // The brokers must pass the namespace's restricted Pod Security.
    values: [
      'watchAnyNamespace=true',
      'extraEnvs[0].name=STRIMZI_POD_SECURITY_PROVIDER_CLASS',
      'extraEnvs[0].value=restricted',
    ],
  },
  {
    name: 'cnpg',
    chart: 'cloudnative-pg',
    repository: 'https://cloudnative-pg.github.io/charts',
    namespace: namespaces.postgresOperator,
  },
  {
    name: 'keda',
    chart: 'keda',
    repository: 'https://kedacore.github.io/charts',
    namespace: namespaces.keda,
  },
  {
    name: 'prometheus',
    chart: 'kube-prometheus-stack',
    repository: 'https://prometheus-community.github.io/helm-charts',
    namespace: namespaces.monitoring,
    // It looks at the monitors and rules of all namespaces, whatever their labels.
    values: [
      'prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues=false',
      'prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues=false',
      'grafana.sidecar.dashboards.searchNamespace=ALL',
    ],
  },
];

const argsOf = ({ name, chart, repository, namespace, values = [] }: Release): string[] => [
  ...['upgrade', '--install', name, chart, '--repo', repository],
  ...['--namespace', namespace, '--create-namespace', '--wait'],
  ...values.flatMap((value) => ['--set', value]),
];

try {
  const context = await currentContext();
  for (const release of releases) {
    console.log(`${release.name}: installing ${release.chart} into ${context} …`);
    await runClusterTool('helm', argsOf(release));
  }
  console.log(
    'The operators run. Vault is sealed until you initialise it: deploy/k8s/README.md goes on.',
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
