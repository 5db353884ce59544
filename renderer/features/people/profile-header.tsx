/** The upper part of a profile: pictures, names, marks, what they say, and how both stand to each other. */
import { ArrowRight, Bot, Copy, Flower2, Lock, type LucideIcon, SlidersHorizontal, Users } from 'lucide-react'
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { ownPath } from '../../api/own-path.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Button, IconButton } from '../../components/button.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { FollowButton } from '../../components/follow-button.tsx'
import { Folding } from '../../components/folding.tsx'
import { Handle } from '../../components/handle.tsx'
import { PostHtml } from '../../components/post-html.tsx'
import { wholeHandle } from '../../formatting/handles.ts'
import { nameOf } from '../../formatting/names.ts'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useRelationship } from '../../hooks/use-relationship.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { PrivateNote } from './private-note.tsx'
import { Counts, FamiliarFollowers, Fields, Joined } from './profile-facts.tsx'
import { RelationshipMarks } from './relationship-marks.tsx'
import styles from './profile.module.css'

interface ProfileHeaderProps {
  readonly account: Account
  /** Null while that is not known. */
  readonly isOwn: boolean | null
}

export function ProfileHeader({ account, isOwn }: ProfileHeaderProps) {
  const { data: relationship } = useRelationship(account.id)
  return (
    <div className={styles.profile}>
      <HeaderPicture account={account} />
      <div className={styles.top}>
        <span className={styles.avatar}>
          <Avatar account={account} size="huge" />
        </span>
        <div className={styles.acts}>
          {isOwn === null ? null : <MainAct account={account} isOwn={isOwn} />}
        </div>
      </div>
      <Names account={account} />
      {account.moved === null ? null : <Moved to={account.moved} />}
      {isOwn !== false || relationship === undefined || relationship === null ? null : (
        <RelationshipMarks account={account} relationship={relationship} />
      )}
      {account.note === '' ? null : <Bio account={account} />}
      <Fields account={account} />
      <Joined account={account} />
      <Counts account={account} />
      {isOwn === false ? <FamiliarFollowers accountId={account.id} /> : null}
      {isOwn !== false || relationship === undefined || relationship === null ? null : (
        <PrivateNote account={account} note={relationship.note} />
      )}
    </div>
  )
}

function Bio({ account }: { readonly account: Account }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Folding isOpen={isOpen} onToggle={() => setOpen(!isOpen)}>
      <div className={styles.bio} dir="auto">
        <PostHtml html={account.note} emojis={account.emojis} mentions={[]} />
      </div>
    </Folding>
  )
}

function HeaderPicture({ account }: { readonly account: Account }) {
  const source = ownPath(account.header_static)
  const [failed, setFailed] = useState<string | null>(null)
  return (
    <div className={styles.picture}>
      {source === null || failed === source ? null : (
        <img
          src={source}
          alt={account.header_description}
          decoding="async"
          onError={() => setFailed(source)}
        />
      )}
    </div>
  )
}

function MainAct({ account, isOwn }: { readonly account: Account; readonly isOwn: boolean }) {
  const t = useText()
  const { ask } = useServices()
  const { data: relationship } = useRelationship(account.id)
  if (isOwn) {
    return (
      <AppLink to="/settings/profile" className={styles.edit ?? ''}>
        {t('profile.edit')}
      </AppLink>
    )
  }
  const follows = relationship?.following === true || relationship?.requested === true
  return (
    <>
      {follows ? (
        <IconButton
          icon={SlidersHorizontal}
          label={t('profile.options')}
          hasEdge
          onPress={() => ask.followOptions(account)}
        />
      ) : null}
      {relationship?.blocking === true ? (
        <Button onPress={() => ask.block(account)} isDisabled>
          {t('profile.blocked')}
        </Button>
      ) : (
        <FollowButton account={account} />
      )}
    </>
  )
}

function Names({ account }: { readonly account: Account }) {
  const t = useText()
  const home = useHomeFacts()
  const handle = wholeHandle(account.acct, home.data?.domain ?? null)
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(handle)
    setCopied(true)
  }
  return (
    <div>
      <h2 className={styles.name}>
        <bdi>
          <EmojiText text={nameOf(account)} emojis={account.emojis} />
        </bdi>
      </h2>
      <div className={styles.handle}>
        <Handle text={handle} />
        <IconButton
          icon={Copy}
          label={t(isCopied ? 'profile.copied' : 'profile.copy')}
          onPress={() => void copy().catch(() => setCopied(false))}
        />
        <span role="status" className="visually-hidden">
          {isCopied ? t('profile.copied') : ''}
        </span>
      </div>
      <ul className={styles.marks}>
        {account.bot ? <Mark icon={Bot} words={t('person.bot')} /> : null}
        {account.group ? <Mark icon={Users} words={t('profile.group')} /> : null}
        {account.locked ? <Mark icon={Lock} words={t('person.locked')} /> : null}
        {account.memorial ? <Mark icon={Flower2} words={t('profile.memorial')} /> : null}
      </ul>
    </div>
  )
}

function Mark({ icon: Icon, words }: { readonly icon: LucideIcon; readonly words: string }) {
  return (
    <li>
      <Icon aria-hidden size={14} />
      {words}
    </li>
  )
}

function Moved({ to }: { readonly to: Account }) {
  const t = useText()
  return (
    <p className={styles.moved}>
      <ArrowRight aria-hidden size={18} />
      <span>
        {t('profile.moved')}{' '}
        <AppLink to={`/people/${to.id}`}>
          <Handle text={`@${to.acct}`} />
        </AppLink>
      </span>
    </p>
  )
}
