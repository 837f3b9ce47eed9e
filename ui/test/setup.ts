// What the unit tests' page lacks of a browser.
import { afterEach, vi } from 'vitest'

vi.stubGlobal('ResizeObserver', class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
})
vi.stubGlobal('visualViewport', new EventTarget())
afterEach(() => {
  document.body.innerHTML = ''
  localStorage.clear()
})
