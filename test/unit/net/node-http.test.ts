import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

const SERVER = join(import.meta.dirname, '..', '..', '..', 'server')

test('no file of the server imports node:http, which would bring a second undici', async () => {
  const files = (await readdir(SERVER, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const found: string[] = []
  for (const file of files) {
    const source = await readFile(join(SERVER, file), 'utf8')
    if (/^import (?!type )[^'"]*from 'node:http'/m.test(source)) found.push(file)
  }
  assert.deepEqual(found, [])
})

test('asked for without an import statement, node:http comes alone', () => {
  const program = `
    const { request } = await import(${JSON.stringify(join(SERVER, 'net', 'node-http.ts'))})
    if (typeof request !== 'function') throw new Error('no request')
    console.log(process.moduleLoadList.some((name) => name.includes('undici')))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.equal(said.trim(), 'false')
})
