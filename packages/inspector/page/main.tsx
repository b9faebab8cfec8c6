import { render } from 'preact'

import { createLayouts, type Layouts } from '../src/layout/layouts.ts'
import { createDoes } from './does.ts'
import { elkInWorker } from './elk.ts'
import { bindKeys } from './keys.ts'
import { firstModel, type Model } from './model.ts'
import { Page } from './page.tsx'
import { readSaved, savedLayouts } from './save.ts'
import { createStore } from './store.ts'
import { keptTheme } from './theme.ts'

const home = document.getElementById('page')!
const story = readSaved()
const layouts: Layouts =
  story === undefined ? createLayouts({ engine: elkInWorker('elk.js') }) : savedLayouts(story)
const store = createStore<Model>({ ...firstModel, theme: keptTheme(), now: Date.now() }, (model) => {
  document.documentElement.dataset['theme'] = model.theme
  render(<Page model={model} does={does} />, home)
})
const does = createDoes(store, layouts)
bindKeys(does)
does.change({ connection: story === undefined ? 'connecting' : 'saved' })
// Times that are waited for are told anew; a second is what they are told by.
setInterval(() => {
  const { tab, view } = store.get()
  if (tab === 'work' || view === 'fleet') does.change({ now: Date.now() })
}, 1000)

if (story === undefined) {
  // An address that is pasted into a page that is open brings control to it.
  addEventListener('hashchange', () => void does.connect())
  await does.connect()
} else {
  for (const message of story.messages) does.take(message)
  does.begin(story.actor)
}
