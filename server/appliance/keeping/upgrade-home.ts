/** Brings the home's own database to the PostgreSQL of today before it starts, by a keeper. */
import type { Launcher } from '../launcher.ts'
import type { Ground } from '../ground.ts'
import { POSTGRES_MAJOR } from '../postgres-binaries.ts'
import { runKeeper } from './run-keeper.ts'
import { upgradeCluster } from './upgrade-cluster.ts'

export interface UpgradeWatch {
  /** There is something to do. */
  readonly begins?: () => void
  readonly progress?: (doneBytes: number, totalBytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/** Does nothing where the database is of today, or another's. @throws as `upgradeCluster`; then nothing was changed */
export async function upgradeHome(
  { dir, runtime, secrets, seal, loaded, said }: Ground,
  launcher: Launcher,
  watch: UpgradeWatch = {},
): Promise<void> {
  const { config } = loaded
  if (config.databaseUrl !== null) return
  const { begins, progress, signal } = watch
  await upgradeCluster({
    dir,
    runtime,
    secrets,
    begins,
    now: new Date(),
    programs: config.postgresPrograms,
    notice: (level, message) =>
      void said.push({
        level,
        message,
      }),
    async copy(source, target, from) {
      const facts = {
        dataDir: dir.path,
        config,
        database: target,
        secretsKey: seal.box.key,
      }
      const { message } = await runKeeper(
        launcher,
        facts,
        {
          task: 'upgrade',
          source,
          from,
          to: POSTGRES_MAJOR,
        },
        {
          signal,
          progress({ unit, done, total }) {
            if (unit === 'bytes' && total !== null) progress?.(done, total)
          },
        },
      )
      if (message !== null)
        said.push({
          level: 'warn',
          message,
        })
    },
  })
}
