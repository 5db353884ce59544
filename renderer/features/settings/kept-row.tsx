/** A row whose value is kept somewhere: switch, choice, slider or language. It counts at once. */
import { useState } from 'react'
import { Slider, SliderThumb, SliderTrack, Switch as AriaSwitch } from 'react-aria-components'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { Select } from '../../components/select.tsx'
import switchStyles from '../../components/switch.module.css'
import { useText } from '../../hooks/use-text.ts'
import { choiceWords } from './choice-words.ts'
import { LanguageSelect } from './language-select.tsx'
import { SettingFrame, helpId, titleId } from './setting-frame.tsx'
import styles from './rows.module.css'
import { type KeptSetting, type SettingState, useSetting } from './use-setting.ts'

export function KeptRow({ row }: { readonly row: KeptSetting }) {
  const t = useText()
  const state = useSetting(row)
  return (
    <SettingFrame
      row={row}
      isChanged={state.isChanged}
      onReset={() => state.set(row.usual)}
      control={state.value === undefined ? null : <Control row={row} state={state} />}
    >
      {state.failure === null ? null : (
        <FailureNotice
          failure={state.failure}
          meaning={t('act.nothing_changed')}
          act={{ label: t('act.try_again'), onPress: state.tryAgain }}
        />
      )}
    </SettingFrame>
  )
}

interface ControlProps {
  readonly row: KeptSetting
  readonly state: SettingState
}

function Control({ row, state: { value, set } }: ControlProps) {
  const t = useText()
  const { look } = row
  switch (look.kind) {
    case 'switch':
      return <BareSwitch row={row} isOn={value === true} onChange={set} />
    case 'slider':
      return <SizeSlider row={row} value={Number(value)} least={look.least} most={look.most} onChange={set} />
    case 'language':
      return <LanguageSelect label={t(`row.${row.id}`)} value={String(value)} onChange={set} />
    case 'choice':
      return (
        <Select
          label={t(`row.${row.id}`)}
          isLabelHidden
          value={String(value)}
          choices={look.of.map((one) => ({ value: String(one), ...choiceWords(t, row.id, one) }))}
          onChange={(chosen) => set(look.of.find((one) => String(one) === chosen))}
        />
      )
  }
}

interface BareSwitchProps {
  readonly row: KeptSetting
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

/** Its words stand in the row. */
function BareSwitch({ row, isOn, onChange }: BareSwitchProps) {
  return (
    <AriaSwitch
      className={cx(switchStyles.switch)}
      isSelected={isOn}
      onChange={onChange}
      aria-labelledby={titleId(row.id)}
      aria-describedby={helpId(row.id)}
    >
      <span className={switchStyles.track}>
        <span className={switchStyles.thumb} />
      </span>
    </AriaSwitch>
  )
}

interface SizeSliderProps {
  readonly row: KeptSetting
  readonly value: number
  readonly least: number
  readonly most: number
  readonly onChange: (value: number) => void
}

/** Shown while it is dragged, kept when it is let go. */
function SizeSlider({ row, value, least, most, onChange }: SizeSliderProps) {
  const t = useText()
  const [dragged, setDragged] = useState<number | null>(null)
  return (
    <Slider
      className={cx(styles.slider)}
      aria-label={t(`row.${row.id}`)}
      minValue={least}
      maxValue={most}
      step={1}
      value={dragged ?? value}
      onChange={(next) => setDragged(next)}
      onChangeEnd={(next) => {
        setDragged(null)
        onChange(next)
      }}
    >
      <SliderTrack className={cx(styles.track)}>
        <SliderThumb className={cx(styles.thumb)} />
      </SliderTrack>
      <output className={cx(styles.sliderValue)}>{t('settings.pixels', { count: dragged ?? value })}</output>
    </Slider>
  )
}
