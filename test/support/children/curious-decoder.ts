/** A decoder that tries what it must not, and tells how it went. */
import { execFileSync } from 'node:child_process'
import { hearParent } from '../../../server/decoder/parent-line.ts'
import { readFileSync, writeFileSync } from 'node:fs'

function attempt(act: () => unknown): string {
  try {
    act()
    return 'went well'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  }
}

hearParent((_, line) => {
  const tried = [
    `read ${attempt(() => readFileSync('/etc/passwd'))}`,
    `write ${attempt(() => writeFileSync('/tmp/homebird-curious', 'x'))}`,
    `start ${attempt(() => execFileSync('/bin/true'))}`,
    `env ${Object.keys(process.env)
      .filter((name) => name !== 'NODE_CHANNEL_FD' && name !== 'NODE_CHANNEL_SERIALIZATION_MODE')
      .join(' ')}`,
  ]
  line.send({ type: 'done', outcome: { outcome: 'refused', reason: tried.join(', ') } })
})
