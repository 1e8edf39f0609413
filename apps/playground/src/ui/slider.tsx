import type { JSX } from 'preact'
import { useId } from 'preact/hooks'

export interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  readonly disabled?: boolean
  readonly onChange: (value: number) => void
}

/** A number between two ends, with its value beside its name. */
export function Slider({
  label,
  value,
  min,
  max,
  step = 1,
  disabled = false,
  onChange,
}: SliderProps): JSX.Element {
  const id = useId()
  return (
    <>
      <label for={id}>
        {label}: <span>{value}</span>
      </label>
      <input
        id={id}
        type="range"
        {...{ min, max, step, value, disabled }}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
    </>
  )
}
