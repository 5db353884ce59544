/** The doctor: what was found, why it matters, what to do; a look again, a fix, and what is not to be told again. */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { dateFormat } from '../../formatting/formatters.ts'
import type { DoctorFinding, DoctorReport } from '../../../server/contracts/doctor.ts'
import { fixFinding, ignoreFinding, runDoctor } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { Switch } from '../../components/switch.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { isOutsideCheck } from '../../stores/outside-findings.ts'
import { isCheckName } from './check-names.ts'
import { findingTitle } from './finding-title.ts'
import { Mark } from '../../components/mark.tsx'
import styles from './items.module.css'
import { OutsideSection } from './outside-section.tsx'
import statusPage from './status-page.module.css'
import { FINDING_ACTS, type FindingAct, type FindingActs, useFindingActs } from './use-finding-acts.ts'
import { useDoctor, useDoctorAct } from './use-home.ts'

export function DoctorPage() {
  const t = useText()
  const { api } = useServices()
  const take = useDoctorAct()
  const doctor = useDoctor()
  const act = useAct()
  const [isDeep, setDeep] = useState(false)
  const [wasRun, setWasRun] = useState(false)
  const look = async (): Promise<void> => {
    setWasRun(false)
    await take(async () => runDoctor(api, isDeep))
    setWasRun(true)
  }
  const acts = (
    <Button isBusy={act.isBusy} onPress={() => void act.run(look)}>
      {t('doctor.look')}
    </Button>
  )
  return (
    <Page title={t('status.doctor')} note={t('doctor.note')} hasBack acts={acts}>
      <div role="status" className={act.isBusy || wasRun ? styles.looking : 'visually-hidden'}>
        {act.isBusy ? (
          <>
            <Spinner /> {t(isDeep ? 'outside.running_deep' : 'outside.running')}
          </>
        ) : wasRun ? (
          t('outside.done')
        ) : null}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      <QueryState query={doctor}>
        {(report) => (
          <Findings report={report}>
            <Switch
              label={t('outside.deep')}
              help={t('outside.deep_help')}
              isOn={isDeep}
              isDisabled={act.isBusy}
              onChange={setDeep}
            />
          </Findings>
        )}
      </QueryState>
    </Page>
  )
}

interface FindingsProps {
  readonly report: DoctorReport
  /** What the next look is to do. */
  readonly children: ReactNode
}

function Findings({ report: { ranAt, findings }, children }: FindingsProps) {
  const t = useText()
  const inside = findings.filter(({ name }) => !isOutsideCheck(name))
  const isOpen = ({ state, isIgnored }: DoctorFinding): boolean => state !== 'good' && !isIgnored
  const open = findings.filter(isOpen)
  const moved = useRef<string | null>(null)
  const acts: ActsOfFindings = { ...useFindingActs(), moved }
  // After the findings below have looked.
  useEffect(() => {
    if (findings.some(({ name }) => name === moved.current)) moved.current = null
  }, [findings])
  if (ranAt === null) {
    return (
      <div className={statusPage.lead}>
        <p>{t('doctor.not_yet')}</p>
        {children}
      </div>
    )
  }
  return (
    <>
      <div className={statusPage.lead}>
        <div className={statusPage.leadWords}>
          <p className={statusPage.verdict}>
            <Mark tone={open.length === 0 ? 'good' : 'look'} />
            {open.length === 0 ? t('doctor.all_good') : t('doctor.to_look', { count: open.length })}
          </p>
          <p className={styles.meta}>
            {t('doctor.ran')} <RelativeTime moment={ranAt} />
          </p>
        </div>
        {children}
      </div>
      <OutsideSection findings={findings} />
      <FindingList title={t('doctor.open')} findings={inside.filter(isOpen)} acts={acts} />
      <FindingList
        title={t('doctor.ignored')}
        findings={inside.filter(({ isIgnored }) => isIgnored)}
        acts={acts}
      />
      <FindingList
        title={t('doctor.fine')}
        findings={inside.filter(({ state }) => state === 'good')}
        acts={acts}
      />
    </>
  )
}

interface ActsOfFindings extends FindingActs {
  /** The finding that the reader has just moved into another list, where the focus follows it. */
  readonly moved: RefObject<string | null>
}

interface ActsProps {
  readonly acts: ActsOfFindings
}

interface FindingListProps extends ActsProps {
  readonly title: string
  readonly findings: readonly DoctorFinding[]
}

function FindingList({ title, findings, acts }: FindingListProps) {
  if (findings.length === 0) return null
  return (
    <Section title={title}>
      <ul className={styles.list}>
        {findings.map((finding) => (
          <Finding key={finding.name} finding={finding} acts={acts} />
        ))}
      </ul>
    </Section>
  )
}

interface FindingProps extends ActsProps {
  readonly finding: DoctorFinding
}

function Finding({ finding, acts }: FindingProps) {
  const t = useText()
  const { name, state, facts } = finding
  const { moved } = acts
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Whoever has gone on meanwhile is not called back.
    if (moved.current === name && document.activeElement === document.body) heading.current?.focus()
  }, [moved, name])
  const known = isCheckName(name) ? name : null
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h3 ref={heading} tabIndex={-1}>
          <Mark tone={state} />
          <span>{findingTitle(t, finding)}</span>
        </h3>
        <p className={styles.meta}>{known === null ? '' : t(`check_why.${known}`)}</p>
        {state === 'good' || known === null ? null : <p>{t(`check_steps.${known}`)}</p>}
        <Facts facts={facts} />
        {state === 'good' ? null : <Failures finding={finding} acts={acts} />}
      </div>
      {state === 'good' ? null : <FindingButtons finding={finding} acts={acts} />}
    </li>
  )
}

function Failures({ finding: { name }, acts }: FindingProps) {
  return FINDING_ACTS.map((act) => {
    const failure = acts.failure(act, name)
    return failure === null ? null : <FailureNotice key={act} failure={failure} />
  })
}

/** The two do not wait for each other. */
function FindingButtons({ finding, acts }: FindingProps) {
  const t = useText()
  const { api } = useServices()
  const { name, isIgnored, hasFix } = finding
  const title = findingTitle(t, finding)
  const run = (act: FindingAct, work: () => Promise<DoctorReport>): void =>
    acts.run(act, name, async () => {
      const report = await work()
      // Before it goes to another list.
      acts.moved.current = name
      return report
    })
  return (
    <div className={styles.acts}>
      {hasFix ? (
        <Button
          look="primary"
          label={name === 'pause' ? t('doctor.resume') : t('doctor.fix_label', { what: title })}
          isBusy={acts.isBusy('fix', name)}
          onPress={() => run('fix', async () => fixFinding(api, name))}
        >
          {t(name === 'pause' ? 'doctor.resume' : 'doctor.fix')}
        </Button>
      ) : null}
      <Button
        label={t(isIgnored ? 'doctor.tell_label' : 'doctor.ignore_label', { what: title })}
        isBusy={acts.isBusy('ignore', name)}
        onPress={() => run('ignore', async () => ignoreFinding(api, name, !isIgnored))}
      >
        {t(isIgnored ? 'doctor.tell' : 'doctor.ignore')}
      </Button>
    </div>
  )
}

/** Numbers and technical lines, as far as they say something. */
function Facts({ facts }: Pick<DoctorFinding, 'facts'>) {
  const t = useText()
  const texts = Object.entries(facts).flatMap(([name, value]) => {
    if (value === null) return []
    if (name === 'bytes' && typeof value === 'number') return [formatBytes(t.locale, value)]
    if (name === 'at' || name === 'since' || name === 'until') {
      return [dateFormat(t.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value))]
    }
    if (name === 'seconds' && typeof value === 'number') return [`${value} s`]
    return name === 'days' ? [] : [String(value)]
  })
  if (texts.length === 0) return null
  return (
    <p className={styles.meta}>
      <bdi>{texts.join(' · ')}</bdi>
    </p>
  )
}
