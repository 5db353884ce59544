/** Places of the checkout that the tasks need. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const NODE_MODULES = join(ROOT, 'node_modules')
/** Locks and stamps that are not part of any result. */
export const CACHE = join(ROOT, '.cache')

/** Node's compile cache: beside the sources that it is made from, and as trusted as they are. */
export const CODE_CACHE = join(CACHE, 'code')

/** Node 24, which runs the sources; it is one of the dependencies. */
export function nodeBinary() {
  return join(NODE_MODULES, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}
