/** All pages of the handbook, by topic. They come with the first of them: together they are small. */
import { HANDBOOK_TOPICS, type HandbookTopic } from '../../../server/contracts/handbook.ts'
import type { HandbookPage } from '../../formatting/handbook.ts'

const FILES = import.meta.glob<HandbookPage>('../../../resources/handbook/*.md', {
  eager: true,
  import: 'default',
})

export const HANDBOOK: readonly { readonly topic: HandbookTopic; readonly page: HandbookPage }[] =
  HANDBOOK_TOPICS.flatMap((topic) => {
    const page = FILES[`../../../resources/handbook/${topic}.md`]
    return page === undefined ? [] : [{ topic, page }]
  })
