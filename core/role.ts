/** What one part of the product is to the program that runs it. */
export interface Role {
  readonly name: string
  /** Resolves when the role serves; rejects with a sentence for the operator. */
  start(): Promise<void>
  /** Takes no new work, finishes what it has, lets go of its sockets. */
  stop(): Promise<void>
  /** Null when it can do its work, else the sentence that says why not. */
  ready(): string | null
}

export interface Problem {
  readonly role: string
  readonly problem: string
}
