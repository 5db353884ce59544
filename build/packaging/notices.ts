/** What lies beside the program in an installed home: the terms of all its parts as one text, and the list of parts as SBOM. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LicenceList } from '../../server/contracts/licences.ts'
import { STAGED_APP } from './places.ts'
import { writeSbom } from './sbom.ts'

const LINE = '='.repeat(78)

/** Writes `LICENCES.txt` and `sbom.cdx.json` into the folder. @param app  the staged program, whose window has the list */
export async function writeNotices(out: string, app = STAGED_APP): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const list = JSON.parse(readFileSync(join(app, 'renderer', 'dist', 'licences.json'), 'utf8')) as LicenceList
  writeFileSync(join(out, 'LICENCES.txt'), licenceText(list))
  await writeSbom(join(out, 'sbom.cdx.json'), list)
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
