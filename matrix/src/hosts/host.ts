import type { Message, Part } from '../part.ts'

/** A process or a page that runs parts of the suite for one column. */
export interface Host {
  /**
   * Runs a part, and hands on what is said of it.
   *
   * @throws Error when the process or page ends before the part does.
   */
  run(part: Part, onMessage: (message: Message) => void): Promise<void>
  /** Ends it, even while it runs. */
  close(): Promise<void>
}
