/** How both stand to each other, in words; and the way out of what hides somebody. */
import type { Account } from '../../../server/contracts/account.ts'
import type { Relationship } from '../../../server/contracts/relationship.ts'
import { answerRequest } from '../../api/people.ts'
import { unblockServer } from '../../api/blocked-servers.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { usePersonActs } from '../../hooks/use-relationship.ts'
import { useServices } from '../../hooks/use-services.ts'
import { formatMoment } from '../../formatting/moments.ts'
import { useText } from '../../hooks/use-text.ts'
import { serverOf } from '../../stores/person-questions.ts'
import styles from './profile.module.css'

interface RelationshipMarksProps {
  readonly account: Account
  readonly relationship: Relationship
}

export function RelationshipMarks({ account, relationship }: RelationshipMarksProps) {
  const t = useText()
  const act = useAct()
  const ends = useWaysBack(account, relationship)
  const answer = useAnswer(account)
  return (
    <>
      <ul className={styles.states}>
        {relationship.followed_by ? <li className={styles.good}>{t('profile.follows_you')}</li> : null}
        {relationship.requested_by ? (
          <li>
            {t('profile.wants_to_follow')}
            <Button
              look="primary"
              isBusy={act.isBusy}
              onPress={() => void act.run(async () => answer('authorize'))}
            >
              {t('people.accept')}
            </Button>
            <Button isDisabled={act.isBusy} onPress={() => void act.run(async () => answer('reject'))}>
              {t('people.refuse')}
            </Button>
          </li>
        ) : null}
        {relationship.blocked_by ? <li>{t('profile.blocks_you')}</li> : null}
        {ends.map(({ words, verb, end }) => (
          <li key={words}>
            {words}
            <Button isBusy={act.isBusy} onPress={() => void act.run(end)}>
              {verb}
            </Button>
          </li>
        ))}
      </ul>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </>
  )
}

function useAnswer(account: Account): (verdict: 'authorize' | 'reject') => Promise<void> {
  const { api } = useServices()
  const acts = usePersonActs()
  return async (verdict) => {
    await answerRequest(api, account.id, verdict)
    acts.serverChanged()
  }
}

interface WayBack {
  readonly words: string
  readonly verb: string
  readonly end: () => Promise<void>
}

/** What hides somebody, and how that ends. */
function useWaysBack(account: Account, relationship: Relationship): readonly WayBack[] {
  const t = useText()
  const { api } = useServices()
  const acts = usePersonActs()
  const domain = serverOf(account) ?? ''
  const until = relationship.muting_expires_at
  const unblockDomain = async (): Promise<void> => {
    await unblockServer(api, domain)
    acts.serverChanged()
  }
  const mute = {
    words:
      until === null ? t('profile.muted') : t('profile.muted_until', { moment: moment(t.locale, until) }),
    verb: t('people.unmute'),
    end: async () => acts.unmute(account),
  }
  const block = {
    words: t('profile.blocking'),
    verb: t('people.unblock'),
    end: async () => acts.unblock(account),
  }
  const server = {
    words: t('profile.server_blocked', { domain }),
    verb: t('people.unblock_server'),
    end: unblockDomain,
  }
  return [
    ...(relationship.muting ? [mute] : []),
    ...(relationship.blocking ? [block] : []),
    ...(relationship.domain_blocking ? [server] : []),
  ]
}

function moment(locale: string, iso: string): string {
  return formatMoment(locale, iso, { dateStyle: 'medium', timeStyle: 'short' })
}
