/** Imports every source that a home runs, so that Node's compile cache holds it. Run by `compiled.mjs` under Node 24. */
import { readdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './paths.mjs'

const server = join(ROOT, 'server')
const commands = readdirSync(join(server, 'commands')).map((name) => join('commands', name))
// An entry without a supervisor ends its import with an error, after it was compiled.
const roles = ['main.ts', 'worker.ts', 'tunnel.ts', 'migrate.ts']
const processes = ['server-process.ts', 'worker-process.ts', 'tunnel-process.ts']
const entries = [...roles, ...processes, ...commands]
for (const entry of entries) {
  await import(pathToFileURL(join(server, entry)).href).catch(() => undefined)
}
flushCompileCache()
