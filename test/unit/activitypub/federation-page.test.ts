/** The page for those who write other servers says all that this one understands. */
import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { HANDLED } from '../../../server/activitypub/inbound/message.ts'
import { listNamedContexts } from '../../../server/activitypub/json-ld-context.ts'

const ROOT = join(import.meta.dirname, '../../..')
const page = await readFile(join(ROOT, 'resources/FEDERATION.md'), 'utf8')

test('every activity that has an effect is in the table of activities', () => {
  const missing = HANDLED.filter((type) => !page.includes(`| \`${type}\` |`))
  assert.deepEqual(missing, [], 'to be added to resources/FEDERATION.md')
})

test('every proposal that the code names is in the table of proposals', async () => {
  const named = new Set<string>()
  for await (const file of glob('server/**/*.ts', { cwd: ROOT })) {
    const source = await readFile(join(ROOT, file), 'utf8')
    for (const [name] of source.matchAll(/FEP-[0-9a-f]{4}/g)) named.add(name)
  }
  assert.ok(named.size > 5)
  const missing = [...named].filter((name) => !page.includes(`| ${name} |`))
  assert.deepEqual(missing, [], 'to be added to resources/FEDERATION.md')
})

test('every context that documents are sent with is in the table of contexts', () => {
  const named = listNamedContexts()
  assert.ok(named.length > 5)
  const missing = named.filter((iri) => !page.includes(`| \`${iri}\` |`))
  assert.deepEqual(missing, [], 'to be added to resources/FEDERATION.md')
})
