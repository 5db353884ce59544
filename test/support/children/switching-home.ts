/**
 * Has what is laid ready take the place of a home, and is killed by force just before its nth change of the disk. Ends with 0
 * where it came to its end first.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [folder = '', nth = ''] = process.argv.slice(2)
let left = Number(nth)

const CHANGES = ['renameSync', 'rmSync', 'mkdirSync', 'writeSync'] as const
for (const name of CHANGES) {
  const change = fs[name] as (...given: unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...given: unknown[]): unknown => {
      left -= 1
      if (left === 0) process.kill(process.pid, 'SIGKILL')
      return change(...given)
    },
  })
}
syncBuiltinESMExports()

const { finishExchange } = await import('../../../server/appliance/copies/change-places.ts')
const { dataDirAt } = await import('../../../server/core/data-dir.ts')
finishExchange(dataDirAt(folder))
