/** Puts the program together as it is given away, in `dist/app`: bundled code, the window, resources, native packages. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildStartPage } from '../start-page.ts'
import { writeUpdateFeed } from '../update-feed.ts'
import { bundlePrograms } from './bundle.ts'
import { copyNatives } from './natives.ts'
import { ROOT, STAGED_APP, STAGED_POSTGRES, type Target } from './places.ts'
import { stagePostgres } from './postgres.ts'

/** What is read at run time, from where it lies in a checkout too. */
const COPIED = [join('server', 'db', 'migrations'), join('renderer', 'dist'), 'resources']
/** Belong to the checkout. */
const NOT_COPIED = /(?:^|[\\/])\.built-from$|\.tsx?$/

export interface OwnManifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export function ownManifest(): OwnManifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnManifest
}

/** @throws when the window is not built, or a package of the target is not installed */
export async function stage(target: Target): Promise<void> {
  if (!existsSync(join(ROOT, 'renderer', 'dist', 'index.html')))
    throw new Error('the window is not built; run npm run build:window')
  rmSync(STAGED_APP, { recursive: true, force: true })
  mkdirSync(STAGED_APP, { recursive: true })
  await bundlePrograms(STAGED_APP)
  for (const path of COPIED) {
    if (!existsSync(join(ROOT, path))) continue
    const filter = (from: string): boolean => !NOT_COPIED.test(from)
    cpSync(join(ROOT, path), join(STAGED_APP, path), { recursive: true, filter })
  }
  buildStartPage(join(STAGED_APP, 'electron', 'windows', 'startup'))
  await writeUpdateFeed(join(STAGED_APP, 'resources'), process.env)
  copyNatives(STAGED_APP, target)
  const { version, description, license } = ownManifest()
  const manifest = {
    name: 'homebird',
    productName: 'Homebird',
    // The name by which Linux knows whose window it is.
    desktopName: 'homebird.desktop',
    version,
    description,
    license,
    author: 'Homebird',
    homepage: 'https://www.npmjs.com/package/homebird',
    type: 'module',
    main: 'electron/main.js',
  }
  writeFileSync(join(STAGED_APP, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await stagePostgres(STAGED_POSTGRES, STAGED_APP, target)
}
