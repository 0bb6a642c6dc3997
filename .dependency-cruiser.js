const room = (name) => `^services/[^/]+/${name}/`;
const outer = '^services/[^/]+/(store|rpc|events|clients)/';

/** The arrow of knowledge: domain <- usecases <- {store, rpc, events, clients} <- app <- main. */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'services-do-not-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'platform-knows-no-service',
      severity: 'error',
      // its tests on real engines take them from where all tests do
      from: { path: '^platform/', pathNot: '[.]int[.]test[.]ts$' },
      to: { path: '^(services|deploy|bench|e2e)/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: room('domain'), pathNot: '[.]test[.]ts$' },
      to: { pathNot: [room('domain'), '^platform/errors[.]ts$'] },
    },
    {
      name: 'use-cases-know-no-door',
      severity: 'error',
      from: { path: room('usecases'), pathNot: '[.]test[.]ts$' },
      to: { path: [outer, '^gen/', '^services/[^/]+/(app|main|config)[.]ts$'] },
    },
    {
      name: 'doors-and-stores-know-no-wiring',
      severity: 'error',
      from: { path: outer, pathNot: '[.]test[.]ts$' },
      to: { path: '^services/[^/]+/(app|main|config)[.]ts$' },
    },
    {
      name: 'one-place-knows-kafkajs',
      severity: 'error',
      from: { pathNot: ['^platform/kafka/', '^bench/', '[.]test[.]ts$', '^e2e/'] },
      to: { path: 'node_modules/kafkajs' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
