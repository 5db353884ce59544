/** Gives the handing over of the home what it needs of the supervisor. */
import type { Voice } from '../../contracts/hand-over.ts'
import type { Child } from '../child.ts'
import type { Ground } from '../ground.ts'
import type { KeptPart } from '../kept-part.ts'
import type { TunnelPart } from '../tunnel-part.ts'
import { backupKeysIn } from './backup-keys.ts'
import { HandOverPart } from './hand-over-part.ts'
import type { KeeperPart } from './keeper-part.ts'

export type { HandOverPart } from './hand-over-part.ts'

interface HandOverSources {
  readonly ground: Pick<Ground, 'dir' | 'secrets' | 'loaded'>
  readonly keeper: KeeperPart
  readonly tunnel: TunnelPart
  /** Servers and workers. */
  readonly kept: () => readonly KeptPart<Child>[]
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
}

export function openHandOver({ ground, keeper, tunnel, kept, notice }: HandOverSources): HandOverPart {
  const part = new HandOverPart({
    folder: ground.dir.path,
    keeper,
    notice,
    keys: () => backupKeysIn(ground.secrets),
    whyNot: () =>
      ground.loaded.config.databaseUrl === null
        ? null
        : 'its database is another’s, which other machines reach too; start Homebird on the other machine with the same HOMEBIRD_DATABASE_URL instead',
    async changeVoice(voice) {
      await Promise.all([hold(tunnel, voice), ...kept().map(async (one) => startAnew(one))])
    },
  })
  keeper.follow({
    isSilent: () => part.voice !== 'speaks',
    isGiving: () => part.voice === 'paused',
    ended: () => part.keeperEnded(),
    due: () => part.tellDue(),
  })
  if (part.voice === 'silent') void hold(tunnel, 'silent')
  return part
}

/** What leads in leads to who speaks. While it is paused it can be read, and what is refused comes again. */
async function hold(tunnel: TunnelPart, voice: Voice): Promise<void> {
  await tunnel.hold(voice === 'silent')
}

/** What it does it does to its end, and its next life is told who speaks. A start that is under way may not know yet. */
async function startAnew(part: KeptPart<Child>): Promise<void> {
  if (part.life === null) await part.whenRunning()
  await part.restart()
}
