/**
 * Who may import whom, as data for dependency-cruiser: STYLE's import table, a line a rule, paths as regular expressions.
 * Nothing imports upwards: shared ← console, shared ← daemon, and inside the daemon storage ← domain ← adapters ← main.
 */
const ours = '^(build|bench|console|daemon|e2e|faults|simulator)/';
const testFiles = '[.]test[.]ts$';
const start = '^daemon/[^/]+$';
const protocols = '^(ws|fastify|@fastify/.+|soap|saxes|@trpc/.+|nodemailer)$';

/** [rule, importing files, files they never import, importing files it does not concern] */
const never = [
  ['shared-imports-nothing-of-ours', '^shared/', ours],
  ['storage-knows-shared-only', '^daemon/storage/', '^(console|simulator)/|^daemon/(?!storage/)'],
  ['domain-knows-shared-and-storage', '^daemon/domain/', '^(console|simulator)/|^daemon/(?!domain/|storage/)'],
  ['ocpp-knows-shared-and-domain', '^daemon/ocpp/', '^(console|simulator)/|^daemon/(?!ocpp/|domain/)', testFiles],
  ['api-knows-domain-and-reads', '^daemon/api/', '^(console|simulator)/|^daemon/(?!api/|domain/|storage/)'],
  ['http-knows-domain-and-api', '^daemon/http/', '^(console|simulator)/|^daemon/(?!http/|api/|domain/|storage/)'],
  ['ftp-knows-domain', '^daemon/ftp/', '^(console|simulator)/|^daemon/(?!ftp/|domain/)'],
  ['v16-never-v15', '^daemon/ocpp/v16/', '^daemon/ocpp/v15/'],
  ['nobody-imports-the-start', '^daemon/[^/]+/|^(shared|console|simulator)/', start],
  ['daemon-never-the-console', '^daemon/', '^console/'],
  ['console-knows-shared-only', '^console/', '^(build|bench|daemon|e2e|faults|simulator)/', testFiles],
  ['pages-never-each-other', '^console/pages/([^/]+)/', '^console/pages/(?!$1/)'],
  ['components-below-pages', '^console/components/', '^console/pages/'],
  ['composables-below-components', '^console/composables/', '^console/(pages|components)/', testFiles],
  ['stores-below-composables', '^console/stores/', '^console/(pages|components|composables)/', testFiles],
  ['simulator-from-outside-only', '^simulator/', '^(console|daemon)/', testFiles],
];

/** [rule, importing files, packages they never import] */
const neverPackages = [
  ['domain-speaks-no-protocol', '^daemon/domain/', protocols],
  ['storage-speaks-no-protocol', '^daemon/storage/', protocols],
  ['shared-runs-anywhere', '^shared/', protocols.replace('|@trpc/.+', '')],
];

const rule = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    ...never.map(([name, from, to, except]) =>
      rule(name, except ? { path: from, pathNot: except } : { path: from }, { path: to }),
    ),
    ...neverPackages.map(([name, from, to]) =>
      rule(name, { path: from, pathNot: testFiles }, { path: `node_modules/${to.slice(1, -1)}/` }),
    ),
    rule('shared-never-node', { path: '^shared/', pathNot: testFiles }, { dependencyTypes: ['core'] }),
    rule('console-never-node', { path: '^console/', pathNot: testFiles }, { dependencyTypes: ['core'] }),
    rule('no-circles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    rule('nothing-missing', {}, { couldNotResolve: true }),
    rule(
      'shipped-code-needs-no-test-tools',
      { path: '^daemon/', pathNot: [testFiles, 'testing[.]ts$'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^console/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.vue', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
