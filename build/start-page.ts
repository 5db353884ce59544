/** Makes the page of the start-up window from its sources: its scripts without types, its styles, the house's tokens, the bird. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const SOURCES = join(ROOT, 'electron', 'windows', 'startup')

/** @param folder  made where it does not exist; gets the finished files and nothing else */
export function buildStartPage(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of ['index.html', 'startup.css']) copyFileSync(join(SOURCES, name), join(folder, name))
  copyFileSync(join(ROOT, 'renderer', 'styles', 'tokens.css'), join(folder, 'tokens.css'))
  copyFileSync(join(ROOT, 'renderer', 'icons', 'bird.svg'), join(folder, 'bird.svg'))
  for (const name of ['startup', 'elements', 'restore-dialog']) {
    const script = stripTypeScriptTypes(readFileSync(join(SOURCES, `${name}.ts`), 'utf8'))
    // They import each other by the names that they have here.
    writeFileSync(join(folder, `${name}.js`), script.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"))
  }
}
