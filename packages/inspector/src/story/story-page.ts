import type { InspectionMessage } from '@opschart/core'

import type { Detail, Layout } from '../layout/layout.ts'

/** What an actor has been through, with all that a page needs to tell it. */
export interface Story {
  readonly title: string
  /** The actor that it is about. */
  readonly actor: string
  /** As an inspector was told them. */
  readonly messages: readonly InspectionMessage[]
  /** Layouts of its charts, by what its messages call the charts: a page from a file has nothing to make them with. */
  readonly layouts: Readonly<Record<string, Readonly<Record<Detail, Layout>>>>
}

/**
 * A story as one page that stands alone: it opens from a file, asks nobody, and runs nothing but the inspector's own
 * script, which its policy names by its hash. What was told is in it as data.
 */
export async function storyPage(
  story: Story,
  page: { readonly script: string; readonly style: string },
): Promise<string> {
  // Within an element these would end it, or begin a comment.
  const script = page.script
    .replaceAll(/<\/(script)/gi, String.raw`<\/$1`)
    .replaceAll('<!--', String.raw`<\!--`)
  const style = page.style.replaceAll('</', String.raw`<\/`)
  const [scriptHash, styleHash] = await Promise.all([script, style].map(hashOf))
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}'`,
    `style-src 'sha256-${styleHash}'`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const data = JSON.stringify(story).replaceAll('<', String.raw`\u003c`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(story.title)}</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="story">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
