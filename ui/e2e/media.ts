// Audio files and services in a browser, against the mock.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Check, Screen } from './checks.ts'

const wav = (name: string, text = 'RIFF'): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: 'audio/wav', buffer: Buffer.from(text) })
const state = (page: Page, file: string) => page.locator('.uploads li', { hasText: file })

const media = (screen: Screen): Record<string, Check> => ({
  sounds: {
    needsMock: true,
    run: screen('sounds', 'sound', async (page) => {
      await page.getByText('это не звуковой файл', { exact: false }).or(page.getByText('Это не звуковой файл')).first().waitFor()
      assert.ok(await page.locator('audio').count() >= 2)
    }),
  },
  'sounds-upload': {
    needsMock: true,
    run: screen('sounds-upload', 'sound', async (page) => {
      const name = `song-${page.viewportSize()!.width}.wav`
      await page.locator('input[type=file]').setInputFiles([wav(name), wav('words.txt')])
      await state(page, name).getByText('готов').waitFor()
      await state(page, 'words.txt').getByText('сохраните его как WAV').waitFor()
      await page.getByRole('row').getByText(name.replace('.wav', '')).first().waitFor()
    }),
  },
  'sounds-drop': {
    needsMock: true,
    run: screen('sounds-drop', 'sound', async (page) => {
      const name = `dropped-${page.viewportSize()!.width}.wav`
      const files = await page.evaluateHandle((word) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File(['RIFF'], word, { type: 'audio/wav' }))
        return transfer
      }, name)
      await page.getByText('Перетащите звуковые файлы сюда').dispatchEvent('drop', { dataTransfer: files })
      await state(page, name).getByText('готов').waitFor()
    }),
  },
  'sounds-replace': {
    needsMock: true,
    run: screen('sounds-replace', 'sound', async (page) => {
      await page.locator('input[type=file]').setInputFiles([wav('night.wav')])
      await state(page, 'night.wav').getByText('Файл с таким именем уже есть').waitFor()
      await state(page, 'night.wav').getByRole('button', { name: 'Заменить' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Заменить' }).click()
      await state(page, 'night.wav').getByText('готов').waitFor()
    }),
  },
  'sounds-remove': {
    needsMock: true,
    run: screen('sounds-remove', 'sound', async (page) => {
      await page.getByRole('button', { name: 'Удалить: ru/welcome' }).click()
      await page.getByRole('dialog').getByText('ivr-office: 300, 2: Playback').waitFor()
    }),
  },
  music: {
    needsMock: true,
    run: screen('music', 'musiconhold', async (page) => {
      const name = `tune-${page.viewportSize()!.width}`
      await page.getByText('noon').waitFor()
      await page.locator('input[type=file]').setInputFiles([wav(`${name}.wav`), wav('words.txt')])
      await state(page, name).getByText('готов').waitFor()
      await state(page, 'words.txt').getByText('сохраните его как WAV').waitFor()
      await page.locator('.music-pieces').getByText(name).waitFor()
      await page.getByRole('button', { name: `Удалить: ${name}` }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Удалить' }).click()
      await page.locator('.music-pieces').getByText(name).waitFor({ state: 'detached' })
    }),
  },
  services: {
    needsMock: true,
    run: screen('services', 'service', async (page) => {
      const media = page.locator('[data-service=media]')
      const before = await media.locator('dd').nth(2).innerText()
      await media.getByRole('button', { name: 'Перезапустить' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Перезапустить' }).click()
      await page.waitForFunction((n) => document.querySelector('[data-service=media] dd:last-child') && [...document.querySelectorAll('[data-service=media] dd')][2]!.textContent !== n, before)
    }),
  },
})

export default media
