/**
 * The one way in from a page: every message is checked for who sends it and what it brings, before anything is done. What is not
 * exactly as it should be is refused with a sentence.
 * @see security rule 92
 */
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import { placeOf } from '../protocol/app-address.ts'
import { type WindowRole, placeOfRole } from '../windows/navigation-policy.ts'

/** Whether an argument is what it should be. */
export type Check<T> = (value: unknown) => value is T

type Checks<A extends readonly unknown[]> = { readonly [K in keyof A]: Check<A[K]> }

/** What a page gets for a question: errors cross as sentences, without names of files or of the inside. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

export interface Ipc {
  /** @param channel  literal name; its role stands before it */
  answer<A extends readonly unknown[]>(
    role: WindowRole,
    channel: string,
    checks: Checks<A>,
    act: (sender: WebContents, ...args: A) => unknown,
  ): void
  /** For what nobody waits for. */
  hear<A extends readonly unknown[]>(
    role: WindowRole,
    channel: string,
    checks: Checks<A>,
    act: (sender: WebContents, ...args: A) => void,
  ): void
  close(): void
}

interface IpcNeeds {
  readonly roleOf: (contentsId: number) => WindowRole | null
  /** For the journal. */
  readonly noticed: (message: string) => void
}

export const channelName = (role: WindowRole, channel: string): string => `${role}:${channel}`

export function openIpc({ ipcMain }: Pick<ElectronParts, 'ipcMain'>, { roleOf, noticed }: IpcNeeds): Ipc {
  const closes: (() => void)[] = []
  const refusalOf = (event: IpcMainEvent | IpcMainInvokeEvent, role: WindowRole): string | null => {
    const flaw = flawOf(event, role, roleOf)
    if (flaw !== null) noticed(`a message was refused: ${flaw}`)
    return flaw
  }
  return {
    answer(role, channel, checks, act) {
      const name = channelName(role, channel)
      ipcMain.handle(name, async (event, ...args: unknown[]): Promise<Reply> => {
        if (refusalOf(event, role) !== null) return { ok: false, message: 'This page may not ask for that.' }
        const given = fitted(args, checks)
        if (given === null)
          return { ok: false, message: `${channel} was asked with something else than it takes.` }
        try {
          return { ok: true, value: (await act(event.sender, ...given)) ?? null }
        } catch (error) {
          return { ok: false, message: sentenceOf(error) }
        }
      })
      closes.push(() => ipcMain.removeHandler(name))
    },
    hear(role, channel, checks, act) {
      const name = channelName(role, channel)
      const listener = (event: IpcMainEvent, ...args: unknown[]): void => {
        if (refusalOf(event, role) !== null) return
        const given = fitted(args, checks)
        if (given !== null) act(event.sender, ...given)
        else noticed(`a message was refused: ${channel} came with something else than it takes`)
      }
      ipcMain.on(name, listener)
      closes.push(() => ipcMain.off(name, listener))
    },
    close() {
      for (const close of closes.splice(0)) close()
    },
  }
}

/** Only the page itself of a window of that role, while it is a page of its own place: no frame within it, no page after it. */
function flawOf(
  { sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent,
  role: WindowRole,
  roleOf: IpcNeeds['roleOf'],
): string | null {
  if (senderFrame === null) return 'its page is gone'
  if (roleOf(sender.id) !== role) return `it came from no ${role} window`
  if (senderFrame.parent !== null || !isSameFrame(senderFrame, sender.mainFrame))
    return 'it came from a frame within a page'
  return placeOf(senderFrame.url) === placeOfRole(role) ? null : 'it came from a page of another place'
}

type FrameIds = Pick<WebFrameMain, 'processId' | 'routingId'>

const isSameFrame = (one: FrameIds, other: FrameIds): boolean =>
  one.processId === other.processId && one.routingId === other.routingId

/** @returns the arguments as what they were found to be; null where they are not */
function fitted<A extends readonly unknown[]>(args: readonly unknown[], checks: Checks<A>): A | null {
  const isFit = args.length === checks.length && checks.every((check, at) => check(args[at]))
  return isFit ? (args as unknown as A) : null
}

const MAX_SENTENCE = 500

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.length > MAX_SENTENCE ? `${message.slice(0, MAX_SENTENCE)}…` : message
}

export const isBoolean: Check<boolean> = (value): value is boolean => typeof value === 'boolean'

export const isCount: Check<number> = (value): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** @param most  characters */
export const isText =
  (most: number): Check<string> =>
  (value): value is string =>
    typeof value === 'string' && value.length <= most

export const isTextList =
  (items: number, most: number): Check<readonly string[]> =>
  (value): value is readonly string[] =>
    Array.isArray(value) && value.length <= items && value.every(isText(most))
