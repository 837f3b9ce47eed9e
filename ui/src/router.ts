// Addresses of the screens. A type of objects that has no screen of its own gets the generic list and form.
import { createRouter, createWebHistory } from 'vue-router'
import { useSchema } from '@/stores/schema.ts'
import { useSession } from '@/stores/session.ts'

export const router = createRouter({
  history: createWebHistory('/pbx/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/login', component: () => import('@/screens/LoginScreen.vue'), meta: { open: true } },
    { path: '/recovery', component: () => import('@/screens/RecoveryScreen.vue'), meta: { open: true } },
    { path: '/setup', component: () => import('@/screens/SetupScreen.vue'), meta: { open: true } },
    {
      path: '/',
      component: () => import('@/screens/FrameScreen.vue'),
      children: [
        { path: '', component: () => import('@/screens/HomeScreen.vue') },
        { path: 'profile', component: () => import('@/screens/ProfileScreen.vue') },
        { path: 'journal', component: () => import('@/screens/JournalScreen.vue') },
        { path: 'calls', component: () => import('@/screens/ActiveCalls.vue') },
        { path: 'cdr/:uuid', component: () => import('@/screens/CallCard.vue') },
        { path: 'cdr', component: () => import('@/screens/CallsScreen.vue') },
        { path: 'sound', component: () => import('@/screens/SoundsScreen.vue') },
        { path: 'musiconhold', component: () => import('@/screens/MusicScreen.vue') },
        { path: 'service', component: () => import('@/screens/ServicesScreen.vue') },
        { path: 'routing/:name', component: () => import('@/screens/RoutingScreen.vue'), meta: { typed: true } },
        { path: 'wizard/:what(phones?)', component: () => import('@/screens/PhoneWizard.vue') },
        { path: 'wizard/trunk', component: () => import('@/screens/TrunkWizard.vue') },
        { path: 'docs/:book([a-z-]+)?', component: () => import('@/screens/DocsScreen.vue') },
        { path: ':type([a-z_]+)', component: () => import('@/screens/ObjectList.vue'), meta: { typed: true } },
        { path: ':type([a-z_]+)/:uuid', component: () => import('@/screens/ObjectForm.vue'), meta: { typed: true } },
        { path: ':rest(.*)*', component: () => import('@/screens/NotFound.vue') },
      ],
    },
  ],
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.path === '/setup') return session.isNew || session.session === null ? true : '/'
  if (session.isNew) return '/setup'
  if (to.meta['open']) return true
  if (!session.session) return { path: '/login', query: to.path === '/' ? {} : { then: to.fullPath } }
  if (session.session.user.must_change) return to.path === '/profile' ? true : '/profile' // nothing else is answered
  await useSchema()
    .load()
    .catch(() => {}) // the screen says what is wrong
  return true
})
