/** What a job of the keeper works with. */
import type { KeeperTask } from '../contracts/keeping.ts'
import type { ChildChannel } from '../core/child-channel.ts'
import type { Config } from '../core/config.ts'
import type { Progress } from './progress.ts'

export type KeeperChannel = Pick<
  ChildChannel<Config>,
  'start' | 'report' | 'notice' | 'onStop' | 'ready' | 'inquire' | 'finish'
>

export interface JobSurroundings {
  readonly channel: KeeperChannel
  /** Aborted when the job is cancelled, the home stops or the supervisor is gone. */
  readonly signal: AbortSignal
  /**
   * Does one task of the job, and tells of it how far it is and how it ended.
   * @returns what it gives, or null where it failed, which is told
   */
  readonly perform: <T>(
    task: KeeperTask,
    subject: string | null,
    work: (progress: Progress) => Promise<Performed<T>>,
  ) => Promise<T | null>
}

interface Performed<T> {
  readonly subject: string | null
  readonly message: string | null
  readonly value: T
}
