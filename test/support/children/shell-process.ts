/**
 * The desktop app as a process of its own: the shell's real entry over the stand-in for Electron's module, led by messages.
 * What stands for Electron here is named in `electron-stand-in.ts`; supervisor, database, server and worker are real.
 */
import { openAppForwarder } from '../app-forwarder.ts'
import { openElectronStandIn } from '../electron-stand-in.ts'
import { standInForElectron } from '../electron/electron-module.ts'
import { handsOf } from '../electron/hands.ts'
import type { FromShell, ShellWishes, ToShell } from '../shell-process.ts'

const { SHELL_WISHES: wishes = '{}', ...env } = process.env
process.env = env
const { folder, entry, ...options } = JSON.parse(wishes) as ShellWishes
const say = (message: FromShell): unknown => process.send?.(message)
const standIn = openElectronStandIn({
  folder,
  ...options,
  argv: process.argv,
  exit: (code) => process.exit(code),
})
standInForElectron(standIn.parts)

// As Electron does by itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => standIn.app.quit())
// Whoever leads it may be gone: a real one has nobody.
process.on('disconnect', () => undefined)

const hands = handsOf(standIn)
process.on('message', (raw) => {
  const { id, name, args } = raw as ToShell
  const run = async (): Promise<unknown> => (hands[name] as (...given: unknown[]) => unknown)(...args)
  run().then(
    (value) => say({ kind: 'answer', id, value }),
    (error: unknown) => say({ kind: 'refusal', id, message: String(error) }),
  )
})
standIn.app.on('web-contents-created', (_event, contents: NodeJS.EventEmitter & { readonly id: number }) => {
  contents.on('stand-in:sent', (channel: string, args: unknown[]) =>
    say({ kind: 'sent', windowId: contents.id, channel, args }),
  )
})
await import(entry ?? '../../../electron/main.ts')
const [main, start] = await Promise.all(
  (['homebird', 'start'] as const).map((place) =>
    openAppForwarder(async (request) => standIn.session.protocol.load(request), place),
  ),
)
standIn.begin()
say({ kind: 'open', main: main?.origin ?? '', start: start?.origin ?? '' })
