import type { ComponentChildren, JSX } from 'preact'

/** A step of the way through the model, with a sentence about it. */
export function Section({
  title,
  about,
  children,
}: {
  readonly title: string
  readonly about: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <article>
      <header>
        <h3>{title}</h3>
      </header>
      <p>{about}</p>
      {children}
    </article>
  )
}
