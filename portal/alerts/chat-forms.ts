import type { AlertMessage } from './alert-message.ts'

/** The body of an incoming webhook of Slack; `text` is what notifications show. */
export function slackBody(message: AlertMessage): string {
  const facts = message.facts.map(([label, value]) => `*${slack(label)}* ${slack(value)}`)
  return JSON.stringify({
    text: slack(message.title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: message.title.slice(0, 150) } },
      section(facts.join('\n')),
      section(`*${slack(message.toDoLabel)}* ${slack(message.toDo)}`),
      section(`<${message.link.url}|${slack(message.link.label)}>`),
    ],
  })
}

const MOST_OF_A_SECTION = 3000

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, MOST_OF_A_SECTION) } }
}

/** Slack's three control characters; the rest of its marks is kept from working by a space of no width. */
function slack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, (mark) => `\u200b${mark}`)
}

/** For a workflow "when a Teams webhook request is received": an Adaptive Card 1.4. */
export function teamsBody(message: AlertMessage): string {
  return JSON.stringify({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              ...{ type: 'TextBlock', wrap: true, weight: 'Bolder', size: 'Medium' },
              color: message.urgent ? 'Attention' : 'Default',
              text: teams(message.title),
            },
            {
              type: 'FactSet',
              facts: message.facts.map(([title, value]) => ({
                title: teams(title),
                value: teams(value),
              })),
            },
            {
              type: 'TextBlock',
              wrap: true,
              text: `**${message.toDoLabel}** ${teams(message.toDo)}`,
            },
          ],
          actions: [{ type: 'Action.OpenUrl', title: message.link.label, url: message.link.url }],
        },
      },
    ],
  })
}

/** A card reads a part of Markdown: a name must make no link. */
function teams(text: string): string {
  return text.replaceAll(/[\\`*_[\]()#!<>]/g, String.raw`\$&`)
}
