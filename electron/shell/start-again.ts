/** The next start of this program, asked for from within: it takes the home over once this one has closed it in order. */
import type { ElectronParts } from '../electron-parts.ts'
import { DEEP_LINK_SCHEMES, WISH_ARGUMENTS } from './deep-links.ts'
import { HIDDEN_ARGUMENT } from './login-item.ts'

interface StartAgainNeeds {
  /** What this one was started with. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Nobody asked for it, so nobody waits for a window: one that was started without stays without. */
  readonly staysHidden?: boolean
}

/** Whoever restarts sees the window again, and what this start was asked for is not asked for once more. */
export function startAgain(
  { app }: Pick<ElectronParts, 'app'>,
  { argv, env, staysHidden = false }: StartAgainNeeds,
): void {
  const { APPIMAGE: appImage } = env
  const isHidden = staysHidden && argv.includes(HIDDEN_ARGUMENT)
  const args = [...argumentsOfNext(argv), ...(isHidden ? [HIDDEN_ARGUMENT] : [])]
  // What an AppImage runs from goes away with it.
  app.relaunch(appImage === undefined ? { args } : { args, execPath: appImage })
}

export function argumentsOfNext(argv: readonly string[]): string[] {
  const once = new Set([HIDDEN_ARGUMENT, ...Object.values(WISH_ARGUMENTS)])
  return argv.slice(1).filter((argument) => !once.has(argument) && !isLink(argument))
}

function isLink(argument: string): boolean {
  const lower = argument.toLowerCase()
  return DEEP_LINK_SCHEMES.some((scheme) => lower.startsWith(`${scheme}:`))
}
