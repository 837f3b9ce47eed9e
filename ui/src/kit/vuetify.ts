// The widget kit's set-up. Only files of this folder name Vuetify: another kit could take its place.
import { createVuetify, useTheme } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import { en, ru } from 'vuetify/locale'
import 'vuetify/styles/core'
import { watch, type App } from 'vue'
import { language } from '@/texts/index.ts'
import { recall, remember } from '@/stores/prefs.ts'

export type Theme = 'light' | 'dark' | 'system'

const light = {
  dark: false,
  colors: {
    background: '#f4f6f8',
    surface: '#ffffff',
    'surface-variant': '#e6ebef',
    'on-surface-variant': '#2b3a42',
    primary: '#14566b',
    secondary: '#45606b',
    success: '#1b6b34',
    warning: '#8a5200',
    error: '#b3261e',
    info: '#155a96',
  },
  variables: { 'medium-emphasis-opacity': 0.76, 'hover-opacity': 0.05, 'border-opacity': 0.14 },
}

const dark = {
  dark: true,
  colors: {
    background: '#12181c',
    surface: '#1b2328',
    'surface-variant': '#2a353c',
    'on-surface-variant': '#d4dee4',
    primary: '#7cc7e0',
    secondary: '#a9c0ca',
    success: '#7bcf92',
    warning: '#f0b35a',
    error: '#ffb4ab',
    info: '#93c6f5',
    'on-primary': '#00323f',
    'on-success': '#00390f',
    'on-warning': '#3a2300',
    'on-error': '#5c0b06',
    'on-info': '#002c4d',
  },
  variables: { 'medium-emphasis-opacity': 0.8, 'hover-opacity': 0.08, 'border-opacity': 0.2 },
}

const pageNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/** All of Vuetify that the application needs to know: install it, keep its language ours. */
export function installKit(app: App): void {
  const kit = createVuetify({
    icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
    locale: { locale: language.value, fallback: 'en', messages: { ru, en } },
    theme: { cspNonce: pageNonce(), defaultTheme: recall<Theme>('theme', 'system'), themes: { light, dark } },
    defaults: {
      VTextField: { color: 'primary', variant: 'outlined', density: 'comfortable' },
      VTextarea: { color: 'primary', variant: 'outlined', density: 'comfortable' },
      VSelect: { color: 'primary', variant: 'outlined', density: 'comfortable' },
      VAutocomplete: { color: 'primary', variant: 'outlined', density: 'comfortable' },
      VCombobox: { color: 'primary', variant: 'outlined', density: 'comfortable' },
    },
  })
  app.use(kit)
  watch(language, (to) => (kit.locale.current.value = to))
}

/** Light, dark, or as the system says; remembered. */
export function useThemeChoice(): { get: () => Theme; set: (to: Theme) => void } {
  const theme = useTheme()
  return {
    get: () => recall<Theme>('theme', 'system'),
    set: (to) => {
      remember('theme', to)
      void theme.change(to)
    },
  }
}
