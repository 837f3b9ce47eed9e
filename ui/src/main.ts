// The interface's start: session first, then the page that the address names.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { setHooks } from '@/api/http.ts'
import '@/kit/kit.css'
import { installKit } from '@/kit/vuetify.ts'
import { router } from '@/router.ts'
import { useSession } from '@/stores/session.ts'
import { i18n, language, setLanguage, t } from '@/texts/index.ts'
import App from './App.vue'

const app = createApp(App)
app.use(createPinia())
app.use(i18n)
installKit(app)

const session = useSession()
setHooks({
  csrf: () => session.session?.csrf ?? '',
  language: () => language.value,
  unreachable: () => ({ title: t('app.unreachable'), detail: t('app.unreachableHelp') }),
  passwordWanted: () => void router.replace('/profile'),
  loginWanted: () => {
    session.forget()
    const here = router.currentRoute.value
    if (here.meta['open']) return
    void router.replace({ path: '/login', query: here.path === '/' ? {} : { then: here.fullPath } })
  },
})
setLanguage(language.value)
void session.load().then(() => {
  app.use(router)
  app.mount('#app')
})
