/** Parts of the composer that most posts do not need, each loaded with its words when it is first shown. */
import { lazy } from 'react'
import { loadWords } from '../../i18n/words.ts'

export const MediaStrip = lazy(async () => {
  const [{ MediaStrip: part }] = await Promise.all([import('./media-strip.tsx'), loadWords('writing')])
  return { default: part }
})

export const PollEditor = lazy(async () => {
  const [{ PollEditor: part }] = await Promise.all([import('./poll-editor.tsx'), loadWords('writing')])
  return { default: part }
})

export const ScheduleField = lazy(async () => {
  const [{ ScheduleField: part }] = await Promise.all([import('./schedule-field.tsx'), loadWords('writing')])
  return { default: part }
})

export const AltQuestion = lazy(async () => {
  const [{ AltQuestion: part }] = await Promise.all([import('./alt-question.tsx'), loadWords('writing')])
  return { default: part }
})

export const PostOptions = lazy(async () => {
  const [{ PostOptions: part }] = await Promise.all([import('./post-options.tsx'), loadWords('writing')])
  return { default: part }
})

export const Suggestions = lazy(async () => {
  const [{ Suggestions: part }] = await Promise.all([import('./suggestions.tsx'), loadWords('writing')])
  return { default: part }
})
