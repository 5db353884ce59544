/** What lies beside the program in an installed home: the terms of all its parts as one text, and the list of parts as SBOM. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LicenceList } from '../../server/contracts/licences.ts'
import { ROOT, STAGED_APP } from './places.ts'

const LINE = '='.repeat(78)
const SBOM_TOOL = join(ROOT, 'node_modules', '@cyclonedx', 'cyclonedx-npm', 'bin', 'cyclonedx-npm-cli.js')

/** Writes `LICENCES.txt` and `sbom.cdx.json` into the folder. @param app  the staged program, whose window has the list */
export async function writeNotices(out: string, app = STAGED_APP): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const list = JSON.parse(readFileSync(join(app, 'renderer', 'dist', 'licences.json'), 'utf8')) as LicenceList
  writeFileSync(join(out, 'LICENCES.txt'), licenceText(list))
  await writeSbom(join(out, 'sbom.cdx.json'))
}

/** Each text stands once, below all parts that are under it. */
export function licenceText({ parts, texts }: LicenceList): string {
  const index = parts.map(({ name, version, licence }) => `${name} ${version}: ${licence ?? 'see its text'}`)
  const sections = texts.map((text, place) => {
    const under = parts.filter((part) => part.texts.includes(place))
    return `${LINE}\n${under.map(({ name, version }) => `${name} ${version}`).join(', ')}\n${LINE}\n\n${text}\n`
  })
  return `Parts of Homebird and their terms\n\n${index.join('\n')}\n\n${sections.join('\n')}`
}

/** The parts of the lock file that are given away, as CycloneDX 1.6; validated by the tool that makes it. */
async function writeSbom(file: string): Promise<void> {
  const words =
    '--package-lock-only --omit dev --spec-version 1.6 --output-format JSON --mc-type application --output-reproducible --validate'
  await promisify(execFile)(
    process.execPath,
    [SBOM_TOOL, ...words.split(' '), '--output-file', file, join(ROOT, 'package.json')],
    { cwd: ROOT, env: { ...process.env, npm_config_offline: 'true' } },
  )
}
