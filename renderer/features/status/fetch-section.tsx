/** Any address as this home gets it: signed, with headers, with what a proof in it is worth. */
import { type FormEvent, useState } from 'react'
import type { InspectorFetch } from '../../../server/contracts/inspector.ts'
import { fetchDocument } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { Table } from '../../components/table.tsx'
import { TextField } from '../../components/text-field.tsx'
import { formatDuration } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { JsonTree } from './json-tree.tsx'
import { Mark } from '../../components/mark.tsx'
import { code } from './plain-text.tsx'
import styles from './items.module.css'

export function FetchSection() {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [uri, setUri] = useState('')
  const [answer, setAnswer] = useState<InspectorFetch | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (uri.trim() === '') return
    setAnswer(null)
    void act.run(async () => setAnswer(await fetchDocument(api, uri.trim())))
  }
  return (
    <Section title={t('inspector.fetch')} help={t('inspector.fetch_help')}>
      <form className={styles.controls} onSubmit={submit}>
        <div className={styles.grow}>
          <TextField
            label={t('inspector.address')}
            kind="domain"
            value={uri}
            onChange={setUri}
            maxLength={2_048}
          />
        </div>
        <Button type="submit" look="primary" isBusy={act.isBusy}>
          {t('inspector.fetch_act')}
        </Button>
      </form>
      {act.isBusy ? (
        <p role="status" className={styles.meta}>
          {t('inspector.fetching')}
        </p>
      ) : null}
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {answer === null ? null : <Answer answer={answer} />}
    </Section>
  )
}

function Answer({ answer }: { readonly answer: InspectorFetch }) {
  const t = useText()
  if (answer.outcome !== 'found') {
    return (
      <Notice detail={answer.reason} detailLabel={t('failure.details')}>
        {t(`fetched.${answer.outcome}`)}
      </Notice>
    )
  }
  const { document, finalUrl, headers, proof, ms } = answer
  return (
    <>
      <p role="status">
        <Mark tone={proof === 'invalid' ? 'bad' : 'good'} /> {t('fetched.found')} ·{' '}
        {t(`proof.${proof ?? 'none'}`)} · {formatDuration(t.locale, ms)}
      </p>
      <p className={styles.meta}>
        <bdi>{finalUrl}</bdi>
      </p>
      <details className={styles.fold}>
        <summary>{t('inspector.headers', { count: headers.length })}</summary>
        <Table
          caption={t('inspector.headers_of')}
          isCaptionHidden
          columns={[
            {
              name: 'name',
              title: t('inspector.name'),
              cell: ({ name }) => code(name),
            },
            {
              name: 'value',
              title: t('inspector.value'),
              cell: ({ value }) => code(value),
            },
          ]}
          rows={headers}
          keyOf={({ name }) => name}
        />
      </details>
      <div dir="ltr">
        <JsonTree value={document} />
      </div>
    </>
  )
}
