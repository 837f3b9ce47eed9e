// What the station's REST interface sends and takes: docs/web.md, in types.

export type Role = 'administrator' | 'manager' | 'supervisor' | 'user' | 'auditor'
export type Language = 'ru' | 'en'

export interface Problem {
  type?: string
  code: string
  title: string
  status: number
  detail?: string
  trace?: string
  errors?: { pointer: string; detail: string }[]
}

export interface User {
  uuid: string
  name: string
  full_name: string
  email: string
  role: Role
  groups: { uuid: string; name: string }[]
  language: Language | ''
  has_totp: boolean
  must_change: boolean
}

export interface Session {
  user: User
  csrf: string
  station: { name: string; version: string }
}

export type Value = string | number | boolean | null | string[]
export interface Item {
  uuid: string
  live?: Record<string, unknown>
  [column: string]: unknown
}

export interface Page<T = Item> {
  items: T[]
  next: string | null
  total: number
  is_more: boolean
}

export interface TypeRow {
  name: string
  label: string
  help: string
  section: string
  may_write: boolean
  listed: string[]
  id: string
  /** The column that paths name an object by. */
  key: string
}

export interface Property {
  title: string
  description?: string
  type?: string | string[]
  enum?: string[]
  minimum?: number
  maximum?: number
  default?: Value
  examples?: Value[]
  readOnly?: boolean
  writeOnly?: boolean
  items?: { type?: string; enum?: string[] }
  'x-kind': string
  'x-option'?: string
  'x-basic'?: boolean
  'x-refers'?: string
  'x-state'?: string
  'x-later'?: string
}

export interface Schema {
  title: string
  description?: string
  required?: string[]
  properties: Record<string, Property>
}

export interface Reference {
  type: string
  uuid: string
  name: string
  field: string
}

export interface Revision {
  id: number
  at: string
  user: string
  peer: string
  type: string
  uuid: string
  name: string
  action: string
  changes: { field: string; before: Value; after: Value }[]
}

export interface Overview {
  version: string
  migration: string
  has_engine: boolean
  started_at: string | null
  reloaded_at: string | null
  calls: number
  channels: number
  processed: number
  endpoints: { total: number; online: number }
  contacts: number
  trunks: { total: number; registered: number }
  load: number[]
  disk: { free: number; total: number }
  errors: { at: string; text: string }[]
}
