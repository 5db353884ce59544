/** A supervisor of one utility process of the stand-in: says its number once it is ready, then waits to be killed. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUtilityProcessLauncher } from '../../../electron/launcher/utility-process-launcher.ts'
import type { StartMessage } from '../../../server/contracts/child-message.ts'
import { openElectronStandIn } from '../electron-stand-in.ts'

const PART = join(import.meta.dirname, 'echo-part.ts')
const standIn = openElectronStandIn({ folder: mkdtempSync(join(tmpdir(), 'hb-launching-')) })
standIn.begin()
const child = createUtilityProcessLauncher(standIn.parts, {
  env: process.env,
  entries: { migrate: PART, server: PART, worker: PART, tunnel: PART, decoder: PART, keeper: PART },
}).launch({ role: 'worker', name: 'worker-0' })
child.onMessage((message) => {
  if (message.type === 'ready') process.send?.(child.pid)
})
child.send({ type: 'start', role: 'worker', settings: { end: null } } as StartMessage)
process.on('disconnect', () => undefined)
