/** Puts the fragments of `resources/changelog` together as a release in `resources/CHANGELOG.md`: `npm run changelog -- 1.2.0`. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RESOURCES = join(import.meta.dirname, '..', 'resources')

const KINDS = {
  security: 'Security',
  added: 'New',
  changed: 'Changed',
  fixed: 'Mended',
  removed: 'Taken away',
} as const

interface Fragment {
  /** `fixed-lost-drafts.md` */
  readonly name: string
  readonly text: string
}

/**
 * @param before  the changelog so far: a title, an introduction, releases
 * @param day  `2027-03-01`
 * @returns the changelog with the release above the others
 * @throws for a version that is none or is there already, a fragment without a known kind or without words, and when there is none
 */
export function withRelease(
  before: string,
  fragments: readonly Fragment[],
  version: string,
  day: string,
): string {
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    throw new Error(`"${version}" is no version; write it as 1.2.0 or 1.2.0-beta.1`)
  if (before.includes(`\n## ${version} `))
    throw new Error(`${version} is in the changelog already; give the next one`)
  if (fragments.length === 0) throw new Error('there is nothing to tell: resources/changelog has no fragment')
  const parts = Object.entries(KINDS).flatMap(([kind, heading]) => {
    const own = fragments.filter((fragment) => kindOf(fragment) === kind)
    return own.length === 0 ? [] : [`### ${heading}\n\n${own.map(pointOf).join('\n')}\n`]
  })
  const release = `## ${version} (${day})\n\n${parts.join('\n')}`
  const at = before.indexOf('\n## ')
  if (at < 0) return `${before.trimEnd()}\n\n${release}`
  return `${before.slice(0, at).trimEnd()}\n\n${release}${before.slice(at)}`
}

function kindOf({ name }: Fragment): string {
  if (!/^[a-z]+(?:-[a-z0-9]+)+\.md$/.test(name))
    throw new Error(`${name} is no name of a fragment; write it like fixed-lost-drafts.md`)
  const kind = name.slice(0, name.indexOf('-'))
  if (!(kind in KINDS))
    throw new Error(`${name} has no known kind; its name begins with ${Object.keys(KINDS).join('-, ')}-`)
  return kind
}

function pointOf({ name, text }: Fragment): string {
  if (text.trim() === '') throw new Error(`${name} is empty; tell in a sentence what changes for users`)
  if (/\n\s*\n/.test(text.trim()) || /^\s*(?:[#>|]|[*+-]\s|\d+\.\s| {4})/m.test(text))
    throw new Error(
      `${name} holds more than one paragraph of plain sentences, which is all that becomes a point`,
    )
  const words = text.trim().replace(/\s*\n\s*/g, ' ')
  if (!/[.!?)`]$/.test(words)) throw new Error(`${name} does not end as a sentence does`)
  return `- ${words}`
}

export function readFragments(): Fragment[] {
  const folder = join(RESOURCES, 'changelog')
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

if (import.meta.main) {
  const path = join(RESOURCES, 'CHANGELOG.md')
  const fragments = readFragments()
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(path, withRelease(readFileSync(path, 'utf8'), fragments, process.argv[2] ?? '', day))
  for (const { name } of fragments) rmSync(join(RESOURCES, 'changelog', name))
  console.log(`${fragments.length} fragments are now in ${path}`)
}
