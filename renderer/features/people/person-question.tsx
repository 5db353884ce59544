/** The one place where questions about people and servers are shown, whoever asked. */
import type { PersonQuestion as Question } from '../../stores/person-questions.ts'
import { BlockQuestion } from './block-question.tsx'
import { FollowOptionsSheet } from './follow-options-sheet.tsx'
import { ListsSheet } from './lists-sheet.tsx'
import { MuteQuestion } from './mute-question.tsx'
import { ReportSheet } from './report-sheet.tsx'
import { ServerQuestion } from './server-question.tsx'

interface PersonQuestionProps {
  readonly question: Question
  readonly onClose: () => void
}

export function PersonQuestion({ question, onClose }: PersonQuestionProps) {
  switch (question.about) {
    case 'mute':
      return <MuteQuestion account={question.account} onClose={onClose} />
    case 'block':
      return <BlockQuestion account={question.account} onClose={onClose} />
    case 'server':
      return <ServerQuestion domain={question.domain} onClose={onClose} />
    case 'report':
      return <ReportSheet account={question.account} postIds={question.postIds} onClose={onClose} />
    case 'lists':
      return <ListsSheet account={question.account} onClose={onClose} />
    case 'follow':
      return <FollowOptionsSheet account={question.account} onClose={onClose} />
  }
}
