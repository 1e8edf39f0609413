import type { ComponentChildren, JSX } from 'preact'

/** A step of the way through the model, with a sentence about it. */
export function Section({
  id,
  title,
  about,
  children,
}: {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <article id={id}>
      <header>
        <h3 tabIndex={-1}>{title}</h3>
      </header>
      <p>{about}</p>
      {children}
    </article>
  )
}
