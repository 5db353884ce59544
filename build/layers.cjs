/** The import rule: who may import whom, as drawn in the house plan. Change this list only with that plan. */
const tests = '^test/'
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

/** Layers of `server/` from the floor up; each may import those named, itself, and npm packages it owns. */
const MAY_IMPORT = {
  contracts: [],
  core: ['contracts'],
  db: ['core', 'contracts'],
  net: ['core', 'contracts'],
  storage: ['core', 'contracts'],
  // Reads what nobody vouches for, in a process of its own: it reaches nothing else.
  decoder: ['contracts'],
  // Brings connections in; what they ask is nothing to it.
  tunnels: ['net', 'core', 'contracts'],
  stator: ['db', 'core', 'contracts'],
  // Sends what the parts tell of their time; they know the shape in core/ only.
  tracing: ['core', 'contracts'],
  domain: ['stator', 'db', 'net', 'storage', 'core', 'contracts'],
  activitypub: ['domain', 'stator', 'db', 'net', 'storage', 'core', 'contracts'],
  http: ['activitypub', 'domain', 'stator', 'db', 'net', 'storage', 'core', 'contracts'],
  workers: ['activitypub', 'domain', 'stator', 'db', 'net', 'storage', 'core', 'contracts'],
  // Takes the whole home out and in again: backups and their proof. The supervisor starts it, and knows none of its code.
  keeping: ['domain', 'stator', 'db', 'net', 'storage', 'core', 'contracts'],
}

const layerRules = Object.entries(MAY_IMPORT).map(([layer, allowed]) =>
  rule(
    `layer-${layer}`,
    { path: `^server/${layer}/` },
    { path: '^(server|electron|renderer)/', pathNot: `^server/(${[layer, ...allowed].join('|')})/` },
    `${layer}/ imports only ${allowed.join(', ') || 'nothing'}`,
  ),
)

/** A package that has one home in the tree. */
const home = (name, packages, folders) =>
  rule(
    `home-${name}`,
    { pathNot: `^(${folders.join('|')})|${tests}|^build/` },
    { path: `^(node_modules/(${packages.join('|')})(/|$)|(${packages.join('|')})$)` },
    `${packages.join(', ')} belong in ${folders.join(', ')}`,
  )

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'no cycles, type imports included'),
    rule('no-unresolved', {}, { couldNotResolve: true }, 'every import resolves'),
    ...layerRules,
    rule(
      'appliance',
      { path: '^server/appliance/' },
      {
        path: '^(server|electron|renderer)/',
        pathNot: '^server/(appliance|core|contracts)/|^server/db/connection[.]ts$',
      },
      'the supervisor knows no server code',
    ),
    rule(
      'context-is-for-entries',
      {
        pathNot: `^server/(main|worker|migrate|cli|server-process|worker-process)[.]ts$|^server/commands/|${tests}`,
      },
      { path: '^server/context[.]ts$' },
      'only entries wire everything',
    ),
    rule(
      'entries-are-not-imported',
      { pathNot: tests },
      { path: '^server/(main|worker|tunnel|migrate|keeper|cli|decoder)[.]ts$' },
      'entries are started, never imported',
    ),
    rule(
      'electron',
      { path: '^electron/' },
      { path: '^(server|renderer)/', pathNot: '^server/appliance/index[.]ts$|^server/contracts/' },
      'the shell knows the appliance and the contracts only',
    ),
    rule(
      'renderer',
      { path: '^renderer/' },
      { path: '^(server|electron)/', pathNot: '^server/contracts/' },
      'the window knows the contracts only',
    ),
    rule(
      'features-are-strangers',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/($1|posts)/' },
      'a feature never imports another feature, but for the post, which stands in all of them',
    ),
    rule('product-knows-no-tests', { path: '^(server|electron|renderer)/' }, { path: '^(test|build)/' }, ''),
    home(
      'pg',
      ['pg', 'kysely'],
      ['server/db/', 'server/domain/', 'server/stator/', 'server/activitypub/', 'server/workers/'],
    ),
    home('fastify', ['fastify', '@fastify/[^/]+'], ['server/http/']),
    home('undici', ['undici'], ['server/net/']),
    home('electron', ['electron', 'electron-updater'], ['electron/']),
    rule(
      'electron-itself',
      { pathNot: `^electron/(main[.]ts|preload/)|${tests}|^build/` },
      { path: '^(node_modules/electron/|electron$)', dependencyTypesNot: ['type-only'] },
      'what the shell does runs without the binary: modules take what they use as arguments',
    ),
    home('sqlite', ['better-sqlite3'], ['server/appliance/', 'server/storage/']),
    home('pictures', ['sharp', 'mediabunny'], ['server/decoder/']),
    home('caches', ['cacache', '@redis/client'], ['server/storage/caches/']),
    home('ssh', ['ssh2'], ['server/tunnels/ssh/', 'server/keeping/places/']),
    home('copy', ['pg-copy-streams'], ['server/db/']),
    home('metrics', ['prom-client'], ['server/http/metrics/']),
    home('traces', ['@opentelemetry/[^/]+'], ['server/tracing/']),
    home('protocol', ['structured-headers'], ['server/activitypub/']),
    home('react', ['react', 'react-dom', 'react-aria-components', 'virtua', 'wouter'], ['renderer/']),
    rule(
      'sql-driver',
      { path: '^server/', pathNot: '^server/db/' },
      { path: '^(node_modules/pg/|pg$)' },
      'the SQL driver has one home; others take Database or Transaction',
    ),
    rule(
      'no-other-http-client',
      {
        path: '^server/',
        pathNot:
          '^server/(net|appliance|tunnels)/|^server/http/ways-in/|^server/decoder/parent-line[.]ts$|^server/storage/caches/memcached-node[.]ts$',
      },
      { path: '^(node:)?(http|https|http2|tls|net|dgram)$', dependencyTypesNot: ['type-only'] },
      'sockets out belong in net/, but for those to a memcached that the owner has named, and that of a decoder to its parent; listening sockets come from Fastify and its ways in',
    ),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^renderer/dist' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
