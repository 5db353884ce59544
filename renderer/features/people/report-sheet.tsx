/** A report about somebody: what it is about, which posts show it, and whether the people who run their server read it. */
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { Report } from '../../../server/contracts/report.ts'
import { report } from '../../api/people.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RadioChoices } from '../../components/radio-choices.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextArea } from '../../components/text-area.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { serverOf } from '../../stores/person-questions.ts'
import { ReportedPosts } from './reported-posts.tsx'

const CATEGORIES = ['spam', 'violation', 'legal', 'other'] as const
const MOST_WORDS = 1_000

interface ReportSheetProps {
  readonly account: Account
  readonly postIds: readonly string[]
  readonly onClose: () => void
}

export function ReportSheet({ account, postIds, onClose }: ReportSheetProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [category, setCategory] = useState<Report['category']>('spam')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(postIds))
  const [comment, setComment] = useState('')
  const [isForwarded, setForwarded] = useState(true)
  const [isSent, setSent] = useState(false)
  const handle = `@${account.acct}`
  const domain = serverOf(account) ?? ''
  const send = async (): Promise<void> => {
    const form = { account_id: account.id, status_ids: [...chosen], comment, category, forward: isForwarded }
    if (await act.run(async () => report(api, form))) setSent(true)
  }
  if (isSent) return <Sent account={account} isForwarded={isForwarded} onClose={onClose} />
  const buttons = (
    <>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" isBusy={act.isBusy} onPress={() => void send()}>
        {t('people.report')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('people.report_title', { handle })} acts={buttons} isWide onClose={onClose}>
      <RadioChoices
        label={t('people.report_about')}
        value={category}
        choices={CATEGORIES.map((value) => ({ value, label: t(`people.report_${value}`) }))}
        onChange={setCategory}
      />
      <ReportedPosts accountId={account.id} first={postIds} chosen={chosen} onChange={setChosen} />
      <TextArea
        label={t('people.report_words')}
        value={comment}
        maxLength={MOST_WORDS}
        onChange={setComment}
      />
      <Switch
        label={t('people.report_forward', { domain })}
        help={t('people.report_forward_help')}
        isOn={isForwarded}
        onChange={setForwarded}
      />
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('people.report_kept')} />
      )}
    </Dialog>
  )
}

/** What can be done besides. */
function Sent({
  account,
  isForwarded,
  onClose,
}: Omit<ReportSheetProps, 'postIds'> & { isForwarded: boolean }) {
  const t = useText()
  const { ask } = useServices()
  const domain = serverOf(account) ?? ''
  const buttons = (
    <>
      <Button onPress={() => ask.mute(account)}>{t('people.mute')}</Button>
      <Button onPress={() => ask.block(account)}>{t('people.block')}</Button>
      <Button look="primary" autoFocus onPress={onClose}>
        {t('act.close')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('people.report_sent')} acts={buttons} onClose={onClose}>
      <p>{isForwarded ? t('people.report_sent_there', { domain }) : t('people.report_sent_here')}</p>
      <p>{t('people.report_besides')}</p>
    </Dialog>
  )
}
