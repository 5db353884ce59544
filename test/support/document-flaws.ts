/** What a document names and the program has not: commands, options, settings, addresses, files, scripts, words of the window. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { anchorOf } from '../../renderer/handbook.ts'
import { OUTSIDE_CODES } from '../../server/contracts/doctor.ts'
import { WINDOW_PATHS } from '../../server/contracts/owner-api.ts'
import { RETIRED_VARIABLES } from '../../server/core/retired-variables.ts'
import type { Setting } from '../../server/core/setting.ts'
import { SETTINGS } from '../../server/core/settings.ts'
import { CHECK_SUBJECTS } from '../../server/domain/doctor/code-sentences.ts'
import {
  ALL_OPTIONS,
  commandIn,
  flawOf,
  flawOfSetting,
  isShortCommand,
  variablesOf,
} from './command-words.ts'
import { type Document, ROOT, sourcesOf } from './documents.ts'

type Check = (document: Document) => string[]

/** One sentence each; empty for a document that tells the truth as far as it can be looked up. */
export function flawsIn(document: Document): string[] {
  return CHECKS.flatMap((check) => check(document).map((flaw) => `${document.path}: ${flaw}`))
}

const SERVER = ['server/**/*.ts']
const BUILD = ['build/**/*.{ts,mjs}', 'build/Dockerfile', 'test/bench/*.ts', 'electron/**/*.ts']
const sources = sourcesOf([
  ...SERVER,
  ...BUILD,
  'renderer/**/*.{ts,tsx}',
  'test/support/electron-stand-in.ts',
])
/** What another program reads is named in remarks at most. */
const OF_OTHERS = new Set(['APPLE_API_KEY_ID', 'APPLE_API_ISSUER', 'CSC_KEY_PASSWORD'])
const buildSources = sourcesOf([...BUILD, 'server/core/*.ts'])

const commands: Check = ({ code }) =>
  code.flatMap((one) => {
    const words = isShortCommand(one) ? one : commandIn(one)
    const flaw = words === null ? null : flawOf(words)
    return flaw === null ? [] : [`"${one}": ${flaw}`]
  })

/** What is to be typed stands in code, where it is looked up. */
const TYPED: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w/@.-])homebird [a-z][\w-]*/g, 'a command'],
  [/\bnpm (?:run|start|test|install)\b.*?(?=\s|$)/g, 'a script'],
  [/(?<![\w-])--[a-z][\w-]*/g, 'an option'],
  [/(?<![\w/.:~…>-])\/[a-z.@][\w.@-]*(?:\/[\w.@-]*)*/g, 'an address or a folder'],
  [/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g, 'a variable or a code'],
]

/** Fragments and codes of the doctor are told in running text. */
const typed: Check = ({ prose }) =>
  prose.flatMap((text) =>
    TYPED.flatMap(([pattern, what]) =>
      [...text.matchAll(pattern)]
        .map(([found]) => found)
        .filter((found) => !(found in OUTSIDE_CODES))
        .map((found) => `${what} stands outside of code, where it is not looked up: ${found}`),
    ),
  )

const settings: readonly Setting<unknown>[] = Object.values(SETTINGS)
const variables = new Set([...settings.flatMap(variablesOf), ...Object.keys(RETIRED_VARIABLES)])
const ofBuild = new Set(buildSources.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bPG[A-Z]{4,}\b/g))

/** A family is named by its beginning: `HOMEBIRD_CACHES_…` */
const isVariable = (name: string): boolean =>
  name.endsWith('_')
    ? [...variables].some((one) => one.startsWith(name))
    : variables.has(name) || (ofBuild.has(name) && !isRetiredTrap(name))

/** Of our own names only those count that a setting has, or that something else than the settings reads. */
const isRetiredTrap = (name: string): boolean => /^(?:TAKAHE|OTEL)_/.test(name)

const namedVariables: Check = ({ text }) =>
  [...text.matchAll(/\b(?:HOMEBIRD|TAKAHE|OTEL)_[A-Z0-9_]+\b|\bPG[A-Z]{4,}\b|(?<!_)\bDATABASE_URL\b/g)]
    .map(([name]) => name)
    .filter((name) => !isVariable(name))
    .map((name) => `there is no variable ${name}`)

const capitals: Check = ({ code }) =>
  code
    .flatMap((one) => one.match(/(?<![\w$/])[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [])
    .filter((name) => !isVariable(name) && !OF_OTHERS.has(name) && !(name in OUTSIDE_CODES))
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))
    .map((name) => `nothing of the program is called ${name}`)

const assigned: Check = ({ code }) =>
  code.flatMap((one) => {
    const [, name = '', value = ''] = /^(HOMEBIRD_[A-Z0-9_]+)=(\S+)/.exec(one) ?? []
    const flaw = name === '' || value.includes('…') ? null : flawOfSetting(name, value)
    return flaw === null ? [] : [flaw]
  })

/** `HOMEBIRD_BACKUP_AT` (03:30), `HOMEBIRD_SEARCH` is `all`, and the second column of tables of settings. */
const defaults: Check = ({ text }) => [
  ...[...text.matchAll(/`(HOMEBIRD_[A-Z0-9_]+)`\s+\(`?([\d:,.]+)`?[;,)]/g)].flatMap(([, name, value]) =>
    flawOfDefault(name, value),
  ),
  ...[...text.matchAll(/`(HOMEBIRD_[A-Z0-9_]+)` is (?:`([\w.]+)`|([\d.]+\d))/g)].flatMap(
    ([, name, quoted, bare]) => flawOfDefault(name, quoted ?? bare),
  ),
  ...rowsOf(text, /^\| (?:setting|variable) \| default \|/).flatMap(([names = '', usual = '']) => {
    const values = usual.split(', ')
    return [...names.matchAll(/`([A-Z0-9_]+)`/g)].flatMap(([, name], at) =>
      flawOfDefault(name, (values[at] ?? values[0])?.replaceAll('`', '').split(':')[0]),
    )
  }),
]

function flawOfDefault(name = '', value = ''): string[] {
  const setting = settings.find((one) => variablesOf(one).includes(name))
  const isComparable = /^(?:[\d:.,]*\d|auto|all|own|interacted|true|false)$/.test(value)
  // What a sampler comes to is told, and not how it is written.
  if (!isComparable || setting === undefined || name.startsWith('OTEL_TRACES_SAMPLER')) return []
  return setting.fallback === value ? [] : [`the default of ${name} is "${setting.fallback}", not "${value}"`]
}

/** The cells of each row of the tables whose heading is of this kind. */
export function rowsOf(text: string, heading: RegExp): string[][] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    if (!heading.test(line)) return []
    const rest = lines.slice(at + 2)
    const end = rest.findIndex((one) => !one.startsWith('|'))
    return rest.slice(0, end < 0 ? rest.length : end).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  })
}

/** Of the home's own listeners, and of a receiver of traces. */
const PORTS = new Set([
  '0',
  '4318',
  '4443',
  ...Object.values(settings).flatMap(({ fallback }) => portsIn(fallback)),
])

function portsIn(fallback: string): string[] {
  const [, port] = /(?:^|:)(\d{2,5})$/.exec(fallback) ?? []
  return port === undefined ? [] : [port]
}

const ports: Check = ({ text }) =>
  [...text.matchAll(/\b(?:127\.0\.0\.1|localhost):(\d+)/g)]
    .map(([, port = '']) => port)
    .filter((port) => !PORTS.has(port))
    .map((port) => `nothing of the home listens at port ${port}`)

const routes = new Set<string>([
  ...WINDOW_PATHS,
  ...[
    ...sourcesOf(['server/http/**/*.ts', 'server/activitypub/uris.ts']).matchAll(/['"`](\/[^'"`\s]*)['"`]/g),
    ...listed('client-api/routes.txt').matchAll(/^(\/\S*) /gm),
    ...listed('owner/private-routes.txt').matchAll(/^(\/\S*) /gm),
  ].map(([, route = '']) => route),
])

function listed(path: string): string {
  return readFileSync(join(ROOT, 'test', 'integration', path), 'utf8')
}

// What answers everything says nothing about an address.
const patterns = [...routes]
  .filter(
    (route) =>
      !/^\/[:*$(]/.test(route) && !/^\/api(?:\/v\d)?\/\*/.test(route) && /^[\w/@.:*$%-]+$/.test(route),
  )
  .map(
    (route) =>
      new RegExp(
        `^${route
          .replace(/[.+()[\]{}^$|\\?]/g, '\\$&')
          .replace(/:\w+/g, '[^/]+')
          .replace(/\*/g, '.*')}$`,
      ),
  )

const isRoute = (path: string): boolean =>
  patterns.some((pattern) => pattern.test(path)) ||
  (path.endsWith('/') && [...routes].some((route) => route.startsWith(path)))

/** Examples of folders on a disk. */
const FOLDERS = /^\/(?:srv|data|media\/ana|run|var\/lib\/homebird)\b/

const LOCAL = /https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(\/[\w@./-]+)/g

const addresses: Check = ({ code, prose }) => {
  const alone = [...code, ...prose].map((one) => /^ *(\/[\w@.][\w@./-]*)(?: {2}|$)/.exec(one)?.[1])
  const behindHosts = [...code, ...prose].flatMap((one) => [...one.matchAll(LOCAL)].map(([, path]) => path))
  return [...alone, ...behindHosts]
    .filter((path) => path !== undefined)
    .filter((path) => !FOLDERS.test(path) && !isRoute(path))
    .map((path) => `a home does not answer ${path}`)
}

/** Made by a script, and not there before. */
const MADE = /^test\/screenshots\b/
/** Rooms of a checkout, however they are written. */
const PLACES = /(?<![\w/@.:-])(?:server|renderer|electron|test|build|resources|\.github|\.ci)\/[\w@./-]*/g

const files: Check = ({ path, text }) =>
  [...text.matchAll(PLACES)]
    .map(([place]) => place.replace(/[.,:]+$/, ''))
    .filter((place) => !MADE.test(place) && !existsSync(join(ROOT, place)) && !isBeside(path, place))
    .map((place) => `there is no ${place}`)

/** A link leads on from its own document. */
const isBeside = (path: string, place: string): boolean => existsSync(join(ROOT, dirname(path), place))

const scripts = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
).scripts

const namedScripts: Check = ({ text }) => [
  ...[...text.matchAll(/\bnpm run ([\w:-]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in scripts))
    .map((name) => `there is no script ${name}`),
  ...[...text.matchAll(/\bnpm run bench ([a-z]\w*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !existsSync(join(ROOT, 'test', 'bench', `${name.replace(/s$/, '')}-load.ts`)))
    .map((name) => `the bench has no workload ${name}`),
]

/** Words of other programs. */
const FOREIGN = /^(?:\$ )?(?:docker|ssh|git|loginctl|npm install|nginx)\b/

const options: Check = ({ code }) =>
  code
    .filter((line) => !FOREIGN.test(line))
    .flatMap((line) => line.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [])
    .filter((name) => !ALL_OPTIONS.has(name) && !isOfBuild(name))
    .map((name) => `nothing takes ${name}`)

/** As it stands there, or as its parser is told of it. */
const isOfBuild = (name: string): boolean =>
  new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(buildSources) ||
  new RegExp(`(?:^|[{,\\s])['"]?${name.slice(2)}['"]?: \\{ type:`).test(buildSources)

/** `*Settings*, Storage` is a place in the window. */
const words = new Set(
  globSync(['renderer/locales/en/*.json', 'resources/locales/shell/en.json'], { cwd: ROOT }).flatMap((path) =>
    Object.values(JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Readonly<Record<string, unknown>>),
  ),
)

const window: Check = ({ path, prose, stressed }) => [
  ...prose
    .flatMap((text) => [...text.matchAll(/\b(?:Settings|Status), ([A-Z][a-z]+(?: and [a-z]+)*)/g)])
    .map(([, name = '']) => name)
    .filter((name) => !words.has(name) && !words.has(name.replace(/ and .*$/, '')))
    .map((name) => `the window has no ${name}`),
  ...stressed
    .filter((text) => path.startsWith('resources/handbook/') && /^[A-Z]\w+/.test(text))
    .map((text) => text.replace(/[…,.]+$/, ''))
    .filter((text) => !words.has(text) && !words.has(`${text}…`))
    .map((text) => `the window does not say "${text}"`),
]

const links: Check = ({ path, links: all }) =>
  all.flatMap((link) => {
    const [file = '', anchor] = link.split('#')
    if (/^https?:/.test(link)) return []
    if (file.startsWith('/')) {
      return (WINDOW_PATHS as readonly string[]).includes(file) ? [] : [`${link} is no page of the window`]
    }
    const target = file === '' ? path : join(dirname(path), file)
    if (!existsSync(join(ROOT, target))) return [`${link} leads nowhere`]
    return anchor === undefined || headingsOf(target).includes(anchor) ? [] : [`${link}: no such heading`]
  })

function headingsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

/** Findings that the doctor does not have. */
const findings: Check = ({ path, text }) =>
  basename(path) === 'troubleshooting.md'
    ? [
        ...[...text.matchAll(/^### ([A-Z0-9_]+)$/gm)]
          .map(([, code = '']) => code)
          .filter((code) => !(code in OUTSIDE_CODES)),
        ...rowsOf(text, /^\| check \|/)
          .flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
          .filter((name) => !(name in CHECK_SUBJECTS)),
      ].map((name) => `the doctor knows no ${name}`)
    : []

const CHECKS: readonly Check[] = [
  commands,
  typed,
  namedVariables,
  capitals,
  assigned,
  defaults,
  ports,
  addresses,
  files,
  namedScripts,
  options,
  window,
  links,
  findings,
]
