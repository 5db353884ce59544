/** Hashtags that stand on the profile. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import type { FeaturedTag } from '../../../server/contracts/featured-tag.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

const PATH = '/api/v1/featured_tags'

export function FeaturedTagsPart() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [name, setName] = useState('')
  const query = useQuery({
    queryKey: ['featured-tags'],
    queryFn: async () => api.get<readonly FeaturedTag[]>(PATH),
  })
  const refresh = async (): Promise<void> => queries.invalidateQueries({ queryKey: ['featured-tags'] })
  const add = async (): Promise<void> => {
    await api.post(PATH, { body: { name: name.trim().replace(/^#/, '') } })
    setName('')
    await refresh()
  }
  const remove = async (id: string): Promise<void> => {
    await api.delete(`${PATH}/${id}`)
    await refresh()
  }
  return (
    <div className={styles.stack}>
      <QueryState query={query}>
        {(tags) => (
          <ul className={styles.tags}>
            {tags.map((tag) => (
              <li key={tag.id} className={styles.tag}>
                <bdi>#{tag.name}</bdi>
                <IconButton
                  icon={X}
                  label={t('tags_part.remove', { name: tag.name })}
                  onPress={() => void act.run(async () => remove(tag.id), tag.id)}
                />
              </li>
            ))}
          </ul>
        )}
      </QueryState>
      <form
        className={styles.inlineForm}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void act.run(add)
        }}
      >
        <TextField label={t('tags_part.name')} prefix="#" value={name} maxLength={100} onChange={setName} />
        <Button type="submit" isBusy={act.isBusy}>
          {t('tags_part.add')}
        </Button>
      </form>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}
