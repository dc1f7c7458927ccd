import { describe, expect, test } from 'vitest'
import { createMarkdown } from './markdown.ts'

const render = (markdown: string): string => createMarkdown()(markdown).html.toString()

describe('the terms as Markdown', () => {
  test('have headings, lists, emphasis and links', () => {
    const html = render('# A\n\n## B\n\n- *c*\n\n[d](https://example.org/)')
    expect(html).toContain('<h2>A</h2>')
    expect(html).toContain('<h3>B</h3>')
    expect(html).toContain('<li><em>c</em></li>')
    expect(html).toContain('<a href="https://example.org/">d</a>')
  })

  test('have no h1 and no heading below h6', () => {
    expect(render('###### A')).toBe('<h6>A</h6>\n')
  })

  test.each(['<script>x</script>', '<img src=x onerror=y>', '<a href="javascript:x">y</a>'])(
    'show HTML as text: %s',
    (markdown) => {
      expect(render(markdown)).not.toMatch(/<(script|img|a)/)
    },
  )

  test('fetch nothing: an image is no image', () => {
    expect(render('![x](https://evil.example/pixel.png)')).not.toContain('<img')
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//evil.example'])(
    'do not link to %s',
    (url) => {
      expect(render(`[x](${url})`)).not.toContain('<a')
    },
  )

  test('know whether they bring their own title', () => {
    expect(createMarkdown()('\n# Conditions\n').titled).toBe(true)
    expect(createMarkdown()('Bonjour').titled).toBe(false)
  })
})
