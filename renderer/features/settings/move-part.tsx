/** Moving away to another server: who comes along, how far it is, and taking it back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { IdentityFacts, IdentityMove } from '../../../server/contracts/owner-api.ts'
import { ApiFailure } from '../../api/failure.ts'
import { getMove, moveAway, takeMoveBack } from '../../api/moves.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useOwnIdentity } from './aliases-part.tsx'
import { MovedServers } from './moved-servers.tsx'
import styles from './parts.module.css'

const LOOK_EVERY_MS = 5_000

export function MovePart() {
  const query = useOwnIdentity()
  return <QueryState query={query}>{(identity) => <Move identity={identity} />}</QueryState>
}

function Move({ identity }: { readonly identity: IdentityFacts }) {
  const { api } = useServices()
  const queries = useQueryClient()
  const key = ['move', identity.id]
  const query = useQuery({
    queryKey: key,
    queryFn: async () => getMove(api, identity.id),
    refetchInterval: ({ state }) => ((state.data?.followersLeft ?? 0) > 0 ? LOOK_EVERY_MS : false),
  })
  const accept = (move: IdentityMove): void => {
    queries.setQueryData(key, move)
  }
  return (
    <QueryState query={query}>
      {(move) =>
        move.movedTo === null ? (
          <MoveForm identity={identity} onMove={accept} />
        ) : (
          <Moved identity={identity} move={move} onMove={accept} />
        )
      }
    </QueryState>
  )
}

interface MoveFormProps {
  readonly identity: IdentityFacts
  readonly onMove: (move: IdentityMove) => void
}

function MoveForm({ identity, onMove }: MoveFormProps) {
  const t = useText()
  const { api } = useServices()
  const [to, setTo] = useState('')
  const [password, setPassword] = useState('')
  const [isAsking, setAsking] = useState(false)
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault()
        if (to.trim() !== '' && password !== '') setAsking(true)
      }}
    >
      <TextField
        kind="domain"
        label={t('move_part.to')}
        placeholder="@ana@example.org"
        help={t('move_part.to_help', { handle: identity.handle })}
        value={to}
        onChange={setTo}
      />
      <TextField
        kind="current-password"
        label={t('move_part.password')}
        value={password}
        onChange={setPassword}
      />
      <div>
        <Button type="submit" look="danger" isDisabled={to.trim() === '' || password === ''}>
          {t('move_part.move')}
        </Button>
      </div>
      {isAsking ? (
        <MoveQuestion
          identity={identity}
          to={to.trim()}
          onClose={() => setAsking(false)}
          onMove={async () => onMove(await moveAway(api, identity.id, to.trim(), password))}
        />
      ) : null}
    </form>
  )
}

interface MoveQuestionProps {
  readonly identity: IdentityFacts
  readonly to: string
  readonly onClose: () => void
  readonly onMove: () => Promise<void>
}

/** It cannot be undone for those who have come along: the whole handle is typed first. */
function MoveQuestion({ identity, to, onClose, onMove }: MoveQuestionProps) {
  const t = useText()
  const { data: own } = useOwnAccount()
  const [typed, setTyped] = useState('')
  const isNamed = typed.trim().replace(/^@?/, '@') === identity.handle
  const differs = t('move_part.name_differs')
  return (
    <ConfirmDialog
      title={t('move_part.question', { to })}
      act={t('move_part.move')}
      onClose={onClose}
      onConfirm={async () => {
        if (!isNamed) throw new ApiFailure('refused', { status: null, detail: differs })
        await onMove()
      }}
    >
      <div className={styles.stack}>
        <p>{t('move_part.what', { followers: own?.followers_count ?? 0 })}</p>
        <TextField
          kind="domain"
          label={t('move_part.name', { handle: identity.handle })}
          value={typed}
          flaw={typed !== '' && !isNamed ? differs : null}
          onChange={setTyped}
        />
      </div>
    </ConfirmDialog>
  )
}

interface MovedProps extends MoveFormProps {
  readonly move: IdentityMove
}

function Moved({ identity, move, onMove }: MovedProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  return (
    <div className={styles.stack}>
      <p>
        {t('move_part.moved')} <bdi dir="ltr">{move.movedTo}</bdi>
      </p>
      <p className={styles.note}>
        {t('move_part.progress', { left: move.followersLeft, all: move.followersAtStart })}
      </p>
      {move.servers.length === 0 ? null : <MovedServers identity={identity} servers={move.servers} />}
      <div>
        <Button
          isBusy={act.isBusy}
          onPress={() => void act.run(async () => onMove(await takeMoveBack(api, identity.id)))}
        >
          {t('move_part.back')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}
