import { raw } from 'hono/html'
import MarkdownIt from 'markdown-it'

export interface Rendered {
  readonly html: ReturnType<typeof raw>
  /** True when the text brings its own title, so that the page need not add one. */
  readonly titled: boolean
}

export type RenderMarkdown = (markdown: string) => Rendered

const LOWEST_HEADING = 6

/**
 * Terms are written by the organisation, yet shown beside our form: no HTML, no image (a captive
 * phone cannot fetch one, and a remote one would tell a third party who is there), links to http,
 * https, mailto and tel only.
 */
export function createMarkdown(): RenderMarkdown {
  const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false })
  markdown.disable(['image'])
  markdown.validateLink = (url) => /^(https?:\/\/|mailto:|tel:)/i.test(url)
  // The page has the only h1: the text's own headings stand below it.
  markdown.core.ruler.push('lower-headings', (state) => {
    for (const token of state.tokens) {
      if (token.type !== 'heading_open' && token.type !== 'heading_close') continue
      token.tag = `h${Math.min(Number(token.tag.slice(1)) + 1, LOWEST_HEADING)}`
    }
  })
  return (text) => ({
    html: raw(markdown.render(text)),
    titled: /^\s*# /.test(text),
  })
}
