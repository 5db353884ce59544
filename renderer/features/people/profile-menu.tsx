/** Everything else that can be done about somebody, the dangerous last. */
import {
  Ban,
  BellOff,
  ExternalLink,
  Flag,
  List,
  Mail,
  AtSign,
  RefreshCw,
  ServerOff,
  Star,
  StarOff,
  UserMinus,
} from 'lucide-react'
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { Relationship } from '../../../server/contracts/relationship.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import type { MenuAct } from '../../components/menu-act.ts'
import { MoreMenu } from '../../components/more-menu.tsx'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { type PersonActs, usePersonActs, useRelationship } from '../../hooks/use-relationship.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type Writing, useWriting } from '../../hooks/use-writing.ts'
import type { Text } from '../../i18n/i18n.ts'
import { type PersonQuestions, serverOf } from '../../stores/person-questions.ts'

interface ProfileMenuProps {
  readonly account: Account
  readonly isOwn: boolean
  readonly onRefresh: () => void
}

export function ProfileMenu({ account, isOwn, onRefresh }: ProfileMenuProps) {
  const t = useText()
  const { ask } = useServices()
  const { data: relationship } = useRelationship(account.id)
  const people = usePersonActs()
  const writing = useWriting()
  const [isRemoving, setRemoving] = useState(false)
  const parts = { account, t, ask, people, writing, relationship: isOwn ? null : (relationship ?? null) }
  const acts = [
    ...(isOwn ? [] : mentionActs(parts)),
    ...(isOwn ? [] : followActs(parts, () => setRemoving(true))),
    ...pageActs(parts, onRefresh),
    ...(isOwn ? [] : dangerousActs(parts)),
  ]
  return (
    <>
      <MoreMenu label={t('profile.more', { handle: `@${account.acct}` })} acts={acts} />
      {isRemoving ? (
        <ConfirmDialog
          title={t('profile.remove_title', { handle: `@${account.acct}` })}
          act={t('profile.remove')}
          onConfirm={async () => people.removeFollower(account)}
          onClose={() => setRemoving(false)}
        >
          <p>{t('profile.remove_help')}</p>
        </ConfirmDialog>
      ) : null}
    </>
  )
}

interface Parts {
  readonly account: Account
  readonly t: Text
  readonly ask: PersonQuestions
  readonly people: PersonActs
  readonly writing: Writing
  readonly relationship: Relationship | null
}

function mentionActs({ account, t, writing }: Parts): MenuAct[] {
  return [
    {
      id: 'mention',
      icon: AtSign,
      label: t('profile.mention'),
      onPress: () => writing.mention(account, { isPrivate: false }),
    },
    {
      id: 'private_mention',
      icon: Mail,
      label: t('profile.private_mention'),
      onPress: () => writing.mention(account, { isPrivate: true }),
    },
  ]
}

function followActs({ account, t, ask, people, relationship }: Parts, onRemove: () => void): MenuAct[] {
  if (relationship === null) return []
  const { following, followed_by: isFollowed, endorsed } = relationship
  // What goes wrong here leaves the profile as it is, which shows it.
  const endorse = (): void => void people.setEndorsed(account, !endorsed).catch(() => undefined)
  return [
    ...(following
      ? [
          {
            id: 'lists',
            icon: List,
            label: t('profile.lists'),
            onPress: () => ask.chooseLists(account),
            beginsGroup: true,
          },
          {
            id: 'endorse',
            icon: endorsed ? StarOff : Star,
            label: t(endorsed ? 'profile.unendorse' : 'profile.endorse'),
            onPress: endorse,
          },
        ]
      : []),
    ...(isFollowed
      ? [
          {
            id: 'remove',
            icon: UserMinus,
            label: t('profile.remove'),
            onPress: onRemove,
            beginsGroup: !following,
          },
        ]
      : []),
  ]
}

function pageActs({ account, t }: Parts, onRefresh: () => void): MenuAct[] {
  const original: MenuAct = {
    id: 'original',
    icon: ExternalLink,
    label: t('profile.original'),
    beginsGroup: true,
    onPress: () => window.open(account.url, '_blank', 'noopener,noreferrer'),
  }
  return [
    ...(isWebAddress(account.url) ? [original] : []),
    { id: 'refresh', icon: RefreshCw, label: t('profile.refresh'), onPress: onRefresh },
  ]
}

function dangerousActs({ account, t, ask, relationship }: Parts): MenuAct[] {
  const domain = serverOf(account)
  if (relationship === null) return []
  const { muting, blocking, domain_blocking: isServerBlocked } = relationship
  const mute: MenuAct = {
    id: 'mute',
    icon: BellOff,
    label: t(muting ? 'profile.mute_again' : 'people.mute'),
    beginsGroup: true,
    onPress: () => ask.mute(account),
  }
  const block: MenuAct = {
    id: 'block',
    icon: Ban,
    label: t('people.block'),
    isDangerous: true,
    onPress: () => ask.block(account),
  }
  if (domain === null) return [mute, ...(blocking ? [] : [block])]
  const server: MenuAct = {
    id: 'server',
    icon: ServerOff,
    label: t('profile.block_server', { domain }),
    isDangerous: true,
    onPress: () => ask.blockServer(domain),
  }
  const report: MenuAct = {
    id: 'report',
    icon: Flag,
    label: t('profile.report'),
    isDangerous: true,
    onPress: () => ask.report(account),
  }
  return [mute, ...(blocking ? [] : [block]), ...(isServerBlocked ? [] : [server]), report]
}
