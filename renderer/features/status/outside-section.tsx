/** What the doctor found from outside: for each thing one sentence and one act, the lines to change, what was seen. */
import { type CodeWeight, type DoctorFinding, OUTSIDE_CODES } from '../../../server/contracts/doctor.ts'
import { ignoreFinding } from '../../api/home.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Mark, type Tone } from '../../components/mark.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type FoundCode, type OutsideCheckName, WEIGHTS, sortOutside } from '../../stores/outside-findings.ts'
import items from './items.module.css'
import styles from './outside.module.css'
import { useDoctorAct } from './use-home.ts'

const TONES: Readonly<Record<CodeWeight, Tone>> = { breaks: 'bad', warns: 'look', informs: 'quiet' }

export function OutsideSection({ findings }: { readonly findings: readonly DoctorFinding[] }) {
  const t = useText()
  const ignoring = useIgnoring()
  const { codes, untried, ignored, good, isEmpty } = sortOutside(findings)
  if (isEmpty) return null
  const isFine = untried.length === 0 && WEIGHTS.every((weight) => codes[weight].length === 0)
  return (
    <Section title={t('outside.title')} help={t('outside.help')}>
      {ignoring.failure === null ? null : <FailureNotice failure={ignoring.failure} />}
      {isFine ? (
        <p className={styles.fine}>
          <Mark tone="good" /> {t('outside.all_good')}
        </p>
      ) : null}
      {WEIGHTS.map((weight) =>
        codes[weight].length === 0 ? null : (
          <div key={weight} className={styles.group}>
            <h3 className={styles.weight}>{t(`outside.${weight}`)}</h3>
            <ul className={styles.codes}>
              {codes[weight].map((found) => (
                <Code key={`${found.check} ${found.code.code}`} found={found} onIgnore={ignoring.ignore} />
              ))}
            </ul>
          </div>
        ),
      )}
      {untried.map((finding) => (
        <Untried key={finding.name} finding={finding} />
      ))}
      {good.length === 0 ? null : (
        <p className={items.meta}>
          {t('outside.good_checks', { names: good.map((name) => t(`outside_check.${name}`)).join(' · ') })}
        </p>
      )}
      {ignored.length === 0 ? null : (
        <div className={styles.group}>
          <h3 className={styles.weight}>{t('outside.ignored')}</h3>
          <ul className={styles.codes}>
            {ignored.map((name) => (
              <li key={name} className={items.row}>
                <span>{t(`outside_check.${name}`)}</span>
                <Button
                  label={t('doctor.tell_label', { what: t(`outside_check.${name}`) })}
                  onPress={() => ignoring.ignore(name, false)}
                >
                  {t('doctor.tell')}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  )
}

type Ignore = (check: OutsideCheckName, isIgnored: boolean) => void

function useIgnoring() {
  const { api } = useServices()
  const take = useDoctorAct()
  const act = useAct()
  const ignore: Ignore = (check, isIgnored) =>
    void act.run(async () => take(async () => ignoreFinding(api, check, isIgnored)), check)
  return { failure: act.failure, ignore }
}

/** What its act points at is not folded away. */
const NAMED_BELOW: ReadonlySet<string> = new Set(['UA_BLOCKED', 'HEADERS_STRIPPED'])

interface CodeProps {
  readonly found: FoundCode
  readonly onIgnore: Ignore
}

function Code({ found: { check, code: found }, onIgnore }: CodeProps) {
  const t = useText()
  const { code, weight, hop, facts, lines } = found
  const isKnown = Object.hasOwn(OUTSIDE_CODES, code)
  const seen = Object.entries(facts).filter(([, value]) => value !== null && value !== '')
  return (
    <li className={styles.code}>
      <Mark tone={TONES[weight]} />
      <div className={styles.body}>
        <p className={styles.hop}>{t(`outside_hop.${hop}`)}</p>
        <h4>{isKnown ? t(`outside_code.${code}`) : code}</h4>
        {isKnown ? (
          <p>
            {t(`outside_act.${code}`)}{' '}
            <AppLink to={`/handbook/troubleshooting#${code}`}>{t('outside.handbook')}</AppLink>
          </p>
        ) : null}
        {lines === null ? null : (
          <CodeBlock
            name={t('outside.lines', { edge: lines.edge })}
            note={t('outside.lines_note')}
            text={lines.text}
          />
        )}
        {seen.length === 0 ? null : (
          <details className={styles.seen} open={NAMED_BELOW.has(code)}>
            <summary>{t('outside.seen')}</summary>
            <code dir="ltr">{code}</code>
            <dl className={styles.facts}>
              {seen.map(([name, value]) => (
                <div key={name} className={styles.fact}>
                  <dt dir="ltr">{name}</dt>
                  <dd>
                    <code dir="ltr">{String(value)}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        )}
        {weight === 'informs' ? null : (
          <div className={styles.foot}>
            <Button
              label={t('doctor.ignore_label', { what: t(`outside_check.${check}`) })}
              onPress={() => onIgnore(check, true)}
            >
              {t('doctor.ignore')}
            </Button>
            <span className={items.meta}>{t('outside.of_check', { name: t(`outside_check.${check}`) })}</span>
          </div>
        )}
      </div>
    </li>
  )
}

/** It proves nothing, neither way. */
function Untried({ finding }: { readonly finding: DoctorFinding }) {
  const t = useText()
  const { reason } = finding.facts
  return (
    <div className={styles.code}>
      <Mark tone="look" />
      <div className={styles.body}>
        <p>{t('outside.untried', { name: t(`outside_check.${finding.name as OutsideCheckName}`) })}</p>
        {reason === undefined || reason === null ? null : (
          <details className={styles.seen}>
            <summary>{t('failure.details')}</summary>
            <code dir="ltr">{String(reason)}</code>
          </details>
        )}
      </div>
    </div>
  )
}
