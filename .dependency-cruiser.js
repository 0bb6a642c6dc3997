const room = (name) => `^services/[^/]+/${name}/`;
const outer = '^services/[^/]+/(store|rpc|events|consumers|timers|clients)/';
const wired = '^services/[^/]+/(consumers|timers|clients)/';
const tests = '[.]test[.]ts$';

// what each room of the platform may know of the others, and of what is not the platform only gen/
const rooms = {
  base: [],
  database: ['base'],
  proto: ['base'],
  cli: ['base', 'proto'],
  cache: ['base'],
  serving: ['base', 'database', 'proto'],
  messaging: ['base', 'database', 'proto'],
};

const walls = Object.entries(rooms).map(([name, known]) => ({
  name: `platform-${name}-knows-${known.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^platform/${name}/`, pathNot: tests },
  to: { path: '^platform/', pathNot: `^platform/(${[name, ...known].join('|')})/` },
}));

/**
 * platform: base <- {database, proto, cache} <- {cli, serving, messaging} <- services.
 * A service: domain <- usecases <- {store, rpc, events, consumers, timers, clients} <- main.
 */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...walls,
    {
      name: 'services-do-not-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'platform-knows-no-service',
      severity: 'error',
      from: { path: '^platform/', pathNot: tests },
      to: { path: '^(services|deploy)/' },
    },
    {
      // .dockerignore leaves deploy/local out of the image
      name: 'the-image-does-without-local-processes',
      severity: 'error',
      from: {
        path: [
          '^(platform|services)/',
          '^deploy/(migrate|create-topics|register-schemas|wait-until-prepared)[.]ts$',
        ],
        pathNot: tests,
      },
      to: { path: '^deploy/(local|compose)/', reachable: true },
    },
    {
      name: 'product-code-knows-no-tests-and-tools',
      severity: 'error',
      from: { path: '^(platform|services|deploy)/', pathNot: tests },
      to: { path: '^(testing|tools|e2e|bench)/' },
    },
    {
      name: 'what-tests-share-knows-no-program',
      severity: 'error',
      from: { path: '^testing/' },
      to: { path: '^(tools|e2e|bench)/' },
    },
    {
      name: 'nobody-imports-a-test',
      severity: 'error',
      from: {},
      to: { path: ['^e2e/', tests] },
    },
    {
      name: 'the-page-of-ops-knows-only-itself',
      severity: 'error',
      from: { path: '^services/ops/page/' },
      to: {
        path: '^(platform|services|deploy|testing|tools|e2e|bench)/',
        // the words of the command line are the page's, too
        pathNot: '^services/ops/(page/|domain/words[.]ts$)',
      },
    },
    {
      name: 'the-page-of-ops-bundles-nothing-of-protobuf',
      severity: 'error',
      from: { path: '^services/ops/page/' },
      to: { path: ['^gen/', 'node_modules/@bufbuild'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: room('domain'), pathNot: tests },
      to: { pathNot: [room('domain'), '^platform/base/(errors|manifest)[.]ts$'] },
    },
    {
      name: 'use-cases-know-no-server',
      severity: 'error',
      from: { path: room('usecases'), pathNot: tests },
      to: { path: [outer, '^gen/', '^services/[^/]+/(main|config)[.]ts$'] },
    },
    {
      name: 'servers-and-stores-know-no-wiring',
      severity: 'error',
      from: { path: outer, pathNot: tests },
      to: { path: '^services/[^/]+/main[.]ts$' },
    },
    {
      name: 'servers-and-stores-know-no-settings',
      severity: 'error',
      from: { path: outer, pathNot: [tests, wired] },
      to: { path: '^services/[^/]+/config[.]ts$' },
    },
    {
      name: 'one-place-knows-kafkajs',
      severity: 'error',
      from: {
        pathNot: ['^platform/messaging/kafka/', '^(bench|testing|tools)/', tests],
      },
      to: { path: 'node_modules/kafkajs' },
    },
    {
      name: 'one-place-knows-ioredis',
      severity: 'error',
      from: { pathNot: ['^platform/cache/redis[.]ts$', '^(bench|testing|tools)/', tests] },
      to: { path: 'node_modules/ioredis' },
    },
    {
      name: 'one-place-knows-opentelemetry',
      severity: 'error',
      from: {
        pathNot: ['^platform/base/tracing/(sdk|exporter)[.]ts$', '^(bench|testing|tools)/', tests],
      },
      to: { path: 'node_modules/@opentelemetry' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
