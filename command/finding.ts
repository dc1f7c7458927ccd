/** What a check found: null is well; `wrong` fails the whole, `note` does not. */
export interface Finding {
  readonly what: string
  readonly wrong?: string
  readonly note?: string
}
