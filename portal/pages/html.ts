import type { html } from 'hono/html'

/** What a page or a piece of one is: escaped text that knows it is. */
export type Html = ReturnType<typeof html>
