/** The HTTP server process after its channel is open: parts, apps, listeners, and their end in reverse. */
import type { ListenAddress } from './contracts/child-message.ts'
import type { ChildChannel } from './core/child-channel.ts'
import type { Config } from './core/config.ts'
import { type Context, contextOptionsFrom, openContext } from './context.ts'
import { checkDomainSetting } from './domain/owner/check-domain.ts'
import { buildPrivateApp, buildPublicApp } from './http/app.ts'
import type { HttpContext } from './http/http-context.ts'
import { listenOn } from './http/listen.ts'

/** Either of the two apps. */
type HttpApp = Awaited<ReturnType<typeof buildPublicApp>>

export async function runServer(channel: ChildChannel<Config>): Promise<void> {
  const { start } = channel
  const context = await openContext({ ...contextOptionsFrom(start), notice: channel.notice.bind(channel) })
  channel.onStop(() => context.close())
  checkDomainSetting(context.home, start.settings.domain)
  const stopping = new AbortController()
  const httpContext = httpContextFrom(context, channel, stopping.signal)
  const shared = start.settings.serverProcesses > 1
  const listening: ListenAddress[] = []
  const bind = async (app: HttpApp, address: ListenAddress, setting: string): Promise<void> => {
    channel.onStop(() => app.close())
    listening.push(await listenOn(app, address, { setting, shared: shared && address.kind === 'tcp' }))
  }
  if (start.publicListen !== null)
    await bind(await buildPublicApp(httpContext), start.publicListen, 'HOMEBIRD_PORT')
  if (start.privateListen !== null) {
    await bind(await buildPrivateApp(httpContext), start.privateListen, 'HOMEBIRD_PRIVATE_LISTEN')
  }
  // Streams end before the apps are closed, so that nobody is cut in the midst of an answer.
  channel.onStop(() => stopping.abort())
  context.log.info({ event: 'server.ready', listening })
  channel.ready(listening)
}

function httpContextFrom(
  context: Context,
  channel: ChildChannel<Config>,
  stopping: AbortSignal,
): HttpContext {
  const { oneTimeKeyHash, windowDir } = channel.start
  return { ...context, oneTimeKeyHash, windowDir, stopping }
}
