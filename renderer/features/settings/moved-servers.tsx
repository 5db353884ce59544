/** Who of the followers has come along on a move away, server by server, and everybody by name as a file. */
import type { IdentityFacts, MovedServer } from '../../../server/contracts/owner-api.ts'
import { getMovedFollowers } from '../../api/moves.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { saveFile } from '../../components/save-file.ts'
import { type Column, Table } from '../../components/table.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'

interface MovedServersProps {
  readonly identity: IdentityFacts
  readonly servers: readonly MovedServer[]
}

export function MovedServers({ identity, servers }: MovedServersProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const columns: readonly Column<MovedServer>[] = [
    { name: 'host', title: t('move_part.server'), cell: ({ host }) => nameOf(host) },
    {
      name: 'came',
      title: t('move_part.came'),
      isNumber: true,
      cell: ({ followers, left }) => followers - left,
    },
    { name: 'left', title: t('move_part.waiting'), isNumber: true, cell: ({ left }) => left },
    {
      name: 'silent',
      title: t('move_part.silent_since'),
      cell: ({ silentSince }) => (silentSince === null ? t('move_part.answers') : ago(silentSince)),
    },
  ]
  return (
    <>
      <Table caption={t('move_part.servers')} columns={columns} rows={servers} keyOf={({ host }) => host} />
      <div>
        <Button
          isBusy={act.isBusy}
          onPress={() =>
            void act.run(async () =>
              saveFile(await getMovedFollowers(api, identity.id), 'followers-of-move.csv'),
            )
          }
        >
          {t('move_part.whole')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </>
  )
}

const nameOf = (host: string) => <bdi dir="ltr">{host}</bdi>

const ago = (moment: string) => <RelativeTime moment={moment} />
