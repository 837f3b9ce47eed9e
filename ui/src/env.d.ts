/// <reference types="vite/client" />
declare module 'vuetify/styles/core'
declare module '*.md' {
  import type { Chapter } from '../markdown.ts'
  const chapter: Chapter
  export default chapter
}
