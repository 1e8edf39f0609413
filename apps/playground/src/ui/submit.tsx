import type { JSX } from 'preact'

/** The button of a form, and beside it one that ends what it began. */
export function Submit({
  label,
  stopLabel,
  isBusy,
  disabled = false,
  onStop,
}: {
  readonly label: string
  readonly stopLabel: string
  readonly isBusy: boolean
  readonly disabled?: boolean
  readonly onStop: () => void
}): JSX.Element {
  return (
    <div class="submit">
      <button type="submit" aria-busy={isBusy} disabled={disabled}>
        {label}
      </button>
      <button type="button" class="secondary" disabled={!isBusy} onClick={onStop}>
        {stopLabel}
      </button>
    </div>
  )
}
