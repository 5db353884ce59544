/** Where the programs are that are started as processes of their own: sources of a checkout, or bundled files of a packaged home. */
import { extname, join } from 'node:path'

/** A bundle keeps the folders of the sources, and its files are JavaScript: each is beside where this one was. */
const EXTENSION = extname(import.meta.filename)

/** Whether this is given away, and no checkout. */
export const IS_BUNDLE = EXTENSION !== '.ts'

/** @param name  of an entry file in `server/`, without its ending */
export function entryFile(name: string): string {
  return join(import.meta.dirname, '..', `${name}${EXTENSION}`)
}
