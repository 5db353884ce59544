/** Passkeys: those there are, one for this window, one for another device by a link. */
import { useState } from 'react'
import type { NewPasskeyLink, PasskeyFacts, SignInFacts } from '../../../server/contracts/sign-in.ts'
import { canUsePasskeys, createPasskey } from '../../api/passkeys.ts'
import { addPasskey, askForMaking, openPasskeyLink, removePasskey } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { TextField } from '../../components/text-field.tsx'
import { Section } from '../../components/page.tsx'
import { type Act, useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { QrPicture } from './qr-picture.tsx'
import { Refusal } from './refusal.tsx'
import styles from './security.module.css'

interface PasskeySectionProps {
  readonly facts: SignInFacts
  readonly canChange: boolean
  readonly onChanged: () => Promise<void>
}

export function PasskeySection({ facts, canChange, onChanged }: PasskeySectionProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [link, setLink] = useState<NewPasskeyLink | null>(null)
  const remove = async (id: string): Promise<void> => {
    await removePasskey(api, id)
    await onChanged()
  }
  const closeLink = (): void => {
    setLink(null)
    void onChanged()
  }
  return (
    <Section title={t('security.passkeys')} help={t('security.passkeys_help')}>
      {facts.passkeys.length === 0 ? (
        <p>{t('security.passkeys_none')}</p>
      ) : (
        <ul className={styles.rows}>
          {facts.passkeys.map((one) => (
            <PasskeyRow
              key={one.id}
              passkey={one}
              onRemove={canChange ? () => void act.run(async () => remove(one.id), one.id) : null}
            />
          ))}
        </ul>
      )}
      {canChange && link === null ? (
        <>
          <MakeHere facts={facts} act={act} onChanged={onChanged} />
          <div className={styles.acts}>
            {facts.publicHosts.map((host) => (
              <Button
                key={host}
                onPress={() => void act.run(async () => setLink(await openPasskeyLink(api, host)))}
              >
                {t('security.passkey_link', { host })}
              </Button>
            ))}
          </div>
        </>
      ) : null}
      {link === null ? null : <LinkCard link={link} onDone={closeLink} />}
      <Refusal failure={act.failure} />
    </Section>
  )
}

interface PasskeyRowProps {
  readonly passkey: PasskeyFacts
  readonly onRemove: (() => void) | null
}

function PasskeyRow({ passkey, onRemove }: PasskeyRowProps) {
  const t = useText()
  return (
    <li className={styles.row}>
      <div>
        <h3>
          <bdi>{passkey.name}</bdi>
        </h3>
        <p className={styles.note}>
          {t('security.at_host', { host: passkey.host })}
          {passkey.isSynced ? ` · ${t('security.synced')}` : ''} ·{' '}
          {passkey.lastUsedAt === null ? (
            t('security.never_used')
          ) : (
            <>
              {t('security.used')} <RelativeTime moment={passkey.lastUsedAt} />
            </>
          )}
          {' · '}
          {t('security.made')} <RelativeTime moment={passkey.createdAt} />
        </p>
      </div>
      {onRemove === null ? null : (
        <Button label={t('security.remove_label', { name: passkey.name })} onPress={onRemove}>
          {t('security.remove')}
        </Button>
      )}
    </li>
  )
}

interface MakeHereProps {
  readonly facts: SignInFacts
  readonly act: Act
  readonly onChanged: () => Promise<void>
}

/** A browser makes passkeys for names only; on this very computer there is one. */
function MakeHere({ facts, act, onChanged }: MakeHereProps) {
  const t = useText()
  const { api } = useServices()
  const [name, setName] = useState('')
  const { protocol, hostname, port, pathname } = window.location
  if (facts.passkeyHost === null && protocol === 'http:' && hostname === '127.0.0.1') {
    const address = `http://localhost:${port}${pathname}`
    return (
      <p className={styles.note}>
        {t('security.passkey_no_name')}{' '}
        <a href={address} dir="ltr">
          {address}
        </a>
      </p>
    )
  }
  if (facts.passkeyHost === null || !canUsePasskeys()) {
    return <p className={styles.note}>{t('security.passkey_unable')}</p>
  }
  const make = async (): Promise<void> => {
    await addPasskey(api, name, await createPasskey(await askForMaking(api)))
    setName('')
    await onChanged()
  }
  return (
    <div className={styles.form}>
      <TextField label={t('security.passkey_name')} maxLength={60} value={name} onChange={setName} />
      <div>
        <Button isBusy={act.isBusy} onPress={() => void act.run(make)}>
          {t('security.passkey_make')}
        </Button>
      </div>
    </div>
  )
}

interface LinkCardProps {
  readonly link: NewPasskeyLink
  readonly onDone: () => void
}

function LinkCard({ link, onDone }: LinkCardProps) {
  const t = useText()
  return (
    <div className={styles.codes}>
      <p>{t('security.passkey_link_help')}</p>
      <QrPicture picture={link.picture} name={t('security.passkey_link_picture')} />
      <p>
        <a href={link.address} target="_blank" rel="noreferrer" dir="ltr">
          {link.address}
        </a>
      </p>
      <div>
        <Button look="primary" onPress={onDone}>
          {t('security.done')}
        </Button>
      </div>
    </div>
  )
}
