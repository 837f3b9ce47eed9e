// Files on their way to the station: one at a time, each told about until it is a sound, or why it is none.
import { onScopeDispose, ref } from 'vue'
import { ApiError, get, send } from '@/api/http.ts'

export interface SoundState {
  uuid: string
  name: string
  folder: string | null
  state: 'waiting' | 'ready' | 'failed' | 'removing'
  says?: string
}
export interface Upload {
  id: number
  file: File
  folder: string
  part: number
  state: 'queued' | 'sending' | 'waiting' | 'ready' | 'failed'
  says: string
  /** there is one of that name: it may be replaced */
  isTaken: boolean
}

const LOOK_MS = 700

/** @param changed  a row of the list is another one now
 *  @param path     where to; what is no sound's is ready when it is answered */
export function useUploads(changed: () => void, path = '/sound/upload') {
  const uploads = ref<Upload[]>([])
  const stop = new AbortController()
  let last = 0
  let isBusy = false
  onScopeDispose(() => stop.abort())

  async function follow(upload: Upload, uuid: string): Promise<void> {
    while (!stop.signal.aborted) {
      const now = await get<SoundState>(`/sound/${uuid}/state`, {}, stop.signal)
      if (now.state !== 'waiting') {
        upload.state = now.state === 'ready' && !now.says ? 'ready' : 'failed'
        upload.says = now.says ?? ''
        return changed()
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
  async function sendOne(upload: Upload, replaces: boolean): Promise<void> {
    const form = new FormData()
    if (upload.folder) form.append('folder', upload.folder)
    if (replaces) form.append('replace', 'yes')
    form.append('file', upload.file)
    upload.state = 'sending'
    upload.isTaken = false
    try {
      const made = await send<SoundState>(path, form, (part) => arrived(upload, part), stop.signal)
      upload.state = made.uuid ? 'waiting' : 'ready'
      changed()
      if (!made.uuid) return
      void follow(upload, made.uuid).catch((error: unknown) => fail(upload, error))
    } catch (error) {
      fail(upload, error)
    }
  }
  function arrived(upload: Upload, part: number): void {
    upload.part = part
    if (part === 1) upload.state = 'waiting'
  }
  function fail(upload: Upload, error: unknown): void {
    if (stop.signal.aborted) return
    upload.state = 'failed'
    upload.isTaken = error instanceof ApiError && error.code === 'exists'
    upload.says = error instanceof ApiError ? [error.message, ...(error.problem.errors ?? []).map((e) => e.detail)].join(' ') : String(error)
  }
  async function work(): Promise<void> {
    if (isBusy) return
    isBusy = true
    for (let next; (next = uploads.value.find((u) => u.state === 'queued')) && !stop.signal.aborted; ) await sendOne(next, false)
    isBusy = false
  }
  function add(files: Iterable<File>, folder: string): void {
    for (const file of files) uploads.value.push({ id: ++last, file, folder, part: 0, state: 'queued', says: '', isTaken: false })
    void work()
  }
  const hide = (id: number): void => void (uploads.value = uploads.value.filter((u) => u.id !== id))
  return { uploads, add, hide, replace: (upload: Upload) => sendOne(upload, true) }
}
