/** Parts of the composer that most posts do not need, each fetched with its words when it is first shown. */
import { latePart } from '../../components/late-part.tsx'

const WITH_WORDS = { words: 'writing' } as const
const OVERLAY = { words: 'writing', isOverlay: true } as const

export const WarningField = latePart(async () => (await import('./warning-field.tsx')).WarningField)
export const MediaStrip = latePart(async () => (await import('./media-strip.tsx')).MediaStrip, WITH_WORDS)
export const LeftOutFiles = latePart(
  async () => (await import('./left-out-files.tsx')).LeftOutFiles,
  WITH_WORDS,
)
export const PollEditor = latePart(async () => (await import('./poll-editor.tsx')).PollEditor, WITH_WORDS)
export const PostOptions = latePart(async () => (await import('./post-options.tsx')).PostOptions, WITH_WORDS)
export const ScheduleField = latePart(
  async () => (await import('./schedule-field.tsx')).ScheduleField,
  WITH_WORDS,
)
export const AltQuestion = latePart(async () => (await import('./alt-question.tsx')).AltQuestion, OVERLAY)
export const Suggestions = latePart(async () => (await import('./suggestions.tsx')).Suggestions, OVERLAY)
export const EmojiPicker = latePart(
  async () => (await import('../../components/emoji-picker.tsx')).EmojiPicker,
  {
    words: 'sheets',
    isOverlay: true,
  },
)
