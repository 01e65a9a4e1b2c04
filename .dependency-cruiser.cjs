/** The transport's folders, from what knows none of the others to what may know all. */
const TRANSPORT = ['metrics', 'delivery', 'traces', 'aws', 'sqs', 'settle', 'run', 'receive', 'events', 'nest'];

/** The arrows of the design, as rules. */
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contract-imports-nothing',
      severity: 'error',
      from: { path: '^contract/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(jobs|transport|results|service|producer|consumer|ops|infra|test)/' },
    },
    {
      name: 'contract-knows-no-nest-no-aws',
      severity: 'error',
      from: { path: '^contract/' },
      to: { path: 'node_modules/(@nestjs|@aws-sdk)/' },
    },
    {
      name: 'transport-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^transport/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^transport/|node_modules/', dependencyTypesNot: ['core'] },
    },
    ...TRANSPORT.slice(0, -1).map((folder, position) => ({
      name: `transport-${folder}-imports-only-what-is-below`,
      severity: 'error',
      from: { path: `^transport/${folder}/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^transport/(${TRANSPORT.slice(position + 1).join('|')})/` },
    })),
    {
      // A test of a unit of the package may go deep; so may nothing else.
      name: 'transport-by-its-entry',
      severity: 'error',
      from: { pathNot: '^(transport|test/transport)/' },
      to: { path: '^transport/', pathNot: '^transport/((aws|traces)/)?index\\.ts$' },
    },
    {
      name: 'results-know-no-queue',
      severity: 'error',
      from: { path: '^results/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(jobs|transport|service|producer|consumer|ops|infra)/', pathNot: '^transport/aws/index\\.ts$' },
    },
    {
      name: 'service-imports-contract-and-transport',
      severity: 'error',
      from: { path: '^service/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(jobs|results|producer|consumer|ops|infra)/' },
    },
    {
      name: 'producer-never-imports-consumer',
      severity: 'error',
      from: { path: '^producer/' },
      to: { path: '^(consumer|ops|infra)/' },
    },
    {
      name: 'consumer-never-imports-producer',
      severity: 'error',
      from: { path: '^consumer/' },
      to: { path: '^(producer|ops|infra)/' },
    },
    {
      name: 'ops-import-no-app',
      severity: 'error',
      from: { path: '^ops/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(producer|consumer|infra)/' },
    },
    {
      name: 'the-consumer-alone-imports-work',
      severity: 'error',
      from: { path: '^(producer|ops|infra)/' },
      to: { path: '^jobs/', pathNot: '^jobs/(definitions|[^/]+/(definition|[^/]+\\.controller))\\.ts$' },
    },
    {
      // Both apps and infra import definitions.
      name: 'definitions-import-contract-only',
      severity: 'error',
      from: { path: '^(jobs|examples)/(definitions|[^/]+/definition)\\.ts$' },
      to: { path: '^(transport|results|service)/' },
    },
    {
      name: 'jobs-import-no-app',
      severity: 'error',
      from: { path: '^(jobs|examples)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(producer|consumer|ops|infra)/' },
    },
    {
      // Work is handed what it needs. A controller, such as step one of the tutorial, answers as the producer does.
      name: 'work-imports-no-service',
      severity: 'error',
      from: { path: '^(jobs|examples)/', pathNot: '\\.controller\\.ts$|\\.test\\.ts$' },
      to: { path: '^service/' },
    },
    {
      name: 'infra-imports-contract-and-definitions-only',
      severity: 'error',
      from: { path: '^infra/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(transport|results|service|producer|consumer|ops)/' },
    },
    {
      name: 'aws-only-in-transport-results-ops',
      severity: 'error',
      from: { path: '^(contract|jobs|producer|consumer)/' },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|testing)/|\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
    {
      // The kit starts both apps and a broker, which nothing of the product may.
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { pathNot: '^(test|testing)/|\\.test\\.ts$' },
      to: { path: '^testing/' },
    },
    {
      // A comb: what experiments share is in the rig, which knows none of them.
      name: 'experiments-import-the-rig-and-the-product',
      severity: 'error',
      from: { path: '^experiments/([^/]+)/' },
      to: { path: '^experiments/', pathNot: '^experiments/(rig|$1)/' },
    },
    {
      name: 'tests-import-the-rig-alone-of-experiments',
      severity: 'error',
      from: { pathNot: '^experiments/' },
      to: { path: '^experiments/', pathNot: '^experiments/rig/' },
    },
    {
      name: 'the-product-imports-no-experiment',
      severity: 'error',
      from: { pathNot: '^(experiments|test|results/conformance)/|\\.test\\.ts$' },
      to: { path: '^experiments/' },
    },
    {
      name: 'nothing-imports-examples',
      severity: 'error',
      from: { pathNot: '^(examples|test)/' },
      to: { path: '^examples/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|transport/dist|cdk\\.out|node_modules|coverage|\\.data)/|\\.config\\.' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
